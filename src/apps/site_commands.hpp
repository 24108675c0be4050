#pragma once

namespace CLI {
class App;
}

namespace fedloom::apps {

void add_keygen(CLI::App& app);
void add_check(CLI::App& app);
void add_dry_run(CLI::App& app);
void add_audit(CLI::App& app);
void add_receipt(CLI::App& app);
void add_serve(CLI::App& app, int& argc, char**& argv);

}  // namespace fedloom::apps
