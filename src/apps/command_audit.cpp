// fedloom audit: what an attacker can find out.

#include <CLI/CLI.hpp>
#include <memory>

#include "audits.hpp"
#include "commands.hpp"

namespace fedloom::apps {
namespace {

void add_mechanism(CLI::App& audit) {
  auto* command = audit.add_subcommand(
      "mechanism", "One count, released millions of times by this build, against the worst adversary there is");
  auto arguments = std::make_shared<MechanismAuditArguments>();
  command->add_option("experiment", arguments->experiment, "The experiment file")->required();
  command->add_option("--trials", arguments->trials, "Counts to release (default 4194304)")
      ->check(CLI::Range(std::uint64_t{1} << 16, std::uint64_t{1} << 34));
  command->add_option("--seed", arguments->seed, "Of the public coins that say which counts hold the entity");
  command->add_flag("--json", arguments->json, "For programs");
  command->footer(
      "No table is read: invented rows go through this build's own reading, clipping, counting, noise and secure sum.\n"
      "Example: fedloom audit mechanism fedloom-demo/adult.yaml");
  command->callback([arguments] { audit_mechanism_of(*arguments); });
}

void add_canaries(CLI::App& audit) {
  auto* command = audit.add_subcommand(
      "canaries",
      "Invented rows put into PUBLIC tables by coins, a whole run, and guesses at the coins from its results");
  auto arguments = std::make_shared<CanaryAuditArguments>();
  command->add_option("experiment", arguments->experiment, "The experiment file")->required();
  command->add_option("--data", arguments->data,
                      "A site's table, as NAME=FILE.csv; once for each site. PUBLIC data only (default: the files "
                      "data/<experiment>-<site>.csv beside the experiment)");
  command->add_option("--canaries", arguments->canaries, "Invented rows (default 1000)")
      ->check(CLI::Range(std::size_t{10}, std::size_t{1000000}));
  command->add_option("--guesses", arguments->guesses, "How many of them to guess at; even (default 100)")
      ->check(CLI::Range(std::size_t{2}, std::size_t{1000000}));
  command->add_option("--out", arguments->out, "New folder for tables, keys and the run (default: audits/<name>)");
  command->add_flag("--json", arguments->json, "For programs");
  command->footer("Example: fedloom audit canaries configs/adult.yaml --out audits/adult");
  command->callback([arguments] { audit_canaries(*arguments); });
}

void add_rows(CLI::App& audit) {
  auto* command = audit.add_subcommand(
      "rows", "Who was in the real table? Attacks on synthetic rows alone, and a check for copied rows; local");
  auto arguments = std::make_shared<RowAuditArguments>();
  command->add_option("--members", arguments->members, "CSV of real rows that went in; several are taken together")
      ->required();
  command->add_option("--hold-out", arguments->hold_out, "CSV of real rows of the same kind that did not go in")
      ->required();
  command->add_option("--synthetic", arguments->synthetic, "CSV of synthetic rows")->required();
  command->add_option("--schema", arguments->schema, "The schema that all fit")->required();
  command->add_option("--rows", arguments->rows, "Most rows of each side to attack (default 2000)")
      ->check(CLI::Range(std::size_t{40}, std::size_t{1000000}));
  command->add_option("--seed", arguments->seed, "Of the public choice of rows");
  command->add_flag("--json", arguments->json, "For programs");
  command->footer(
      "Example: fedloom audit rows --members real.csv --hold-out others.csv --synthetic runs/a/public/synthetic.csv "
      "\\\n"
      "           --schema configs/adult.schema.yaml");
  command->callback([arguments] { audit_rows(*arguments); });
}

}  // namespace

void add_audit(CLI::App& app) {
  auto* command = app.add_subcommand("audit", "Attack what this build releases, and see what it gives away");
  command->require_subcommand(1);
  add_mechanism(*command);
  add_canaries(*command);
  add_rows(*command);
}

}  // namespace fedloom::apps
