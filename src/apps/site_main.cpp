// fedloom-site: the only program that opens rows in a run. The custodian's: keys, policy, approval, serving.

#include <CLI/CLI.hpp>

#include "program.hpp"
#include "site_commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{"A site's half of a Fedloom run: its key, its policy, its rows. Rows never leave this program.",
               "fedloom-site"};
  app.footer("Exit codes: docs/errors.md. Example: fedloom-site keygen north.key --site north");
  fedloom::apps::add_keygen(app);
  fedloom::apps::add_check(app);
  fedloom::apps::add_dry_run(app);
  fedloom::apps::add_serve(app, argc, argv);
  fedloom::apps::add_audit(app);
  fedloom::apps::add_receipt(app);
  return fedloom::apps::run_program(app, argc, argv);
}
