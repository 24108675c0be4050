#pragma once

namespace CLI {
class App;
}

namespace fedloom::apps {

void add_demo(CLI::App& app);
void add_run(CLI::App& app);
void add_plan(CLI::App& app);
void add_sample(CLI::App& app);
void add_refit(CLI::App& app);
void add_sweep(CLI::App& app);
void add_evaluate(CLI::App& app);
void add_report(CLI::App& app);
void add_ledger(CLI::App& app);
void add_schema(CLI::App& app);
void add_audit(CLI::App& app);
void add_doctor(CLI::App& app);

}  // namespace fedloom::apps
