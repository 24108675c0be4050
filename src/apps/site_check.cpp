// fedloom-site check: what a custodian decides on, and the approval.

#include <CLI/CLI.hpp>
#include <iomanip>
#include <iostream>

#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "fedloom/site/audit_log.hpp"
#include "fedloom/site/site_runner.hpp"
#include "fedloom/site/terms.hpp"
#include "program.hpp"
#include "site_commands.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

void say(const std::string& name, const std::string& text) {
  std::cout << std::left << std::setw(9) << name << text << std::endl;
}

/// By all runs on the data set, from its verified ledger.
privacy::Rho spent_for_life(const config::SitePolicy& policy, const SigningKey& key) {
  const fs::path folder = policy.state / policy.data_set / "ledger";
  privacy::Rho spent;
  if (!fs::exists(folder / "ledger.jsonl")) return spent;
  for (const auto& entry : privacy::verify_ledger(folder, key.public_key(), {}).entries) {
    spent.value += entry.cost.value;
  }
  return spent;
}

/// All that speaks against joining but for a missing approval. A run that is resumed has paid for a part already; which
/// run an experiment will be, nobody knows here.
void refuse_what_the_policy_forbids(const site::SiteRun& run, privacy::Rho spent) {
  auto policy = *run.policy;
  policy.approve_automatic = true;
  site::SiteRun approved = run;
  approved.policy = &policy;
  if (const auto refusal = site::check_before_joining(approved)) throw RefusedError("", refusal->reason, "");
  if (const auto refusal = site::check_lifetime(policy, *run.experiment, spent, {})) {
    throw BudgetError("", refusal->reason, "");
  }
}

void approve(const config::SitePolicy& policy, const config::Experiment& experiment, const SigningKey& key) {
  const std::string hash = to_hex(experiment.hash());
  site::AuditLog(policy, key)
      .write({.kind = site::AuditKind::approved, .reason = "experiment " + experiment.name + ", hash " + hash});
  site::approve(policy, experiment.hash());
}

void check_experiment(const site::SiteRun& run, privacy::Rho spent, bool approve_now) {
  const auto& policy = *run.policy;
  const auto& experiment = *run.experiment;
  say("plan", experiment.name + ", hash " + to_hex(experiment.hash()));
  for (const auto& term : site::terms_of(policy, experiment)) say(term.name, term.text);
  say("after it", site::left_in_words(policy, experiment, {.all = spent, .by_run = {}}));
  for (const auto& column : site::unknown_columns(policy, experiment)) {
    say("warning", "allow.columns names '" + column + "', which the experiment's schema does not know");
  }
  for (const auto& id : site::unbound_ids(policy, experiment)) {
    say("warning", "the schema calls '" + id +
                       "' an identifier, and unit.column does not name it: if several rows can be of "
                       "one person, write unit: {column: " +
                       id + ", max_rows: …}, or each row is protected by itself");
  }
  refuse_what_the_policy_forbids(run, spent);
  const auto loaded =
      data::load(policy.source, policy.file.parent_path(), experiment.schema,
                 {.column = policy.unit_column, .max_rows = policy.max_rows, .order = policy.unit_order});
  say("table", "fits the schema (" + grouped(loaded.report.rows_read) + " rows read; this figure stays here)");
  // Approval is the last step: what is refused for another reason, or does not fit the table, stays unapproved.
  if (approve_now) approve(policy, experiment, *run.key);
  if (const auto refusal = site::check_before_joining(run)) throw RefusedError("", refusal->reason, "");
  say("approved", policy.approve_automatic ? "automatically within these bounds" : "by hand");
}

void check(const std::string& policy_file, const std::string& experiment_file, bool approve_now) {
  const auto policy = config::load_policy(policy_file);
  const auto key = SigningKey::load(policy.key);
  say("policy", policy_file + ": site " + policy.site.name + ", " +
                    (policy.data_class == config::DataClass::public_data ? "public data" : "private data"));
  const auto spent = spent_for_life(policy, key);
  say("ledger", site::spent_in_words(policy, spent));
  say("left", site::left_in_words(policy, spent));
  if (experiment_file.empty()) return;
  const auto experiment = config::load_experiment(experiment_file);
  check_experiment({.policy = &policy, .experiment = &experiment, .key = &key}, spent, approve_now);
}

}  // namespace

void add_check(CLI::App& app) {
  auto* command = app.add_subcommand("check", "Hold an experiment against this site's policy and table");
  auto policy = std::make_shared<std::string>();
  auto experiment = std::make_shared<std::string>();
  auto approve = std::make_shared<bool>(false);
  command->add_option("policy", *policy, "This site's policy file")->required();
  command->add_option("experiment", *experiment, "The experiment, as the lead sent it");
  command->add_flag("--approve", *approve, "Approve this experiment (policies with approve: manual)");
  command->footer("Example: fedloom-site check north.policy.yaml adult.yaml --approve");
  command->callback([=] { check(*policy, *experiment, *approve); });
}

}  // namespace fedloom::apps
