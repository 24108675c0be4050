// fedloom: what a person types.

#include <CLI/CLI.hpp>

#include "commands.hpp"
#include "program.hpp"

int main(int argc, char** argv) {
  using namespace fedloom::apps;
  CLI::App app{"Differentially private synthetic data from several sites that do not share their rows.", "fedloom"};
  app.footer("Start with: fedloom demo. Each command has --help with an example; exit codes are in docs/errors.md.");
  add_demo(app);
  add_run(app);
  add_plan(app);
  add_sample(app);
  add_refit(app);
  add_sweep(app);
  add_evaluate(app);
  add_audit(app);
  add_report(app);
  add_ledger(app);
  add_schema(app);
  add_doctor(app);
  return run_program(app, argc, argv);
}
