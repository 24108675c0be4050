// fedloom-site keygen, check, dry-run: what a custodian does before a run.

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>

#include "fedloom/base/file.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "fedloom/secagg/message.hpp"
#include "fedloom/site/site_runner.hpp"
#include "program.hpp"
#include "site_commands.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

void keygen(const std::string& file, const std::string& site) {
  if (!is_site_name(site)) {
    throw UsageError("'" + site + "' is no site name", "use 1 to 64 of a-z, 0-9, '-' and '_'");
  }
  const SigningKey key = SigningKey::generate();
  key.save_new(file);
  std::cout
      << "The secret key is in " << file << " (readable by you alone). Send this line to the lead, for the roster:\n\n"
      << "  - {site: \"" << site << "\", key: \"" << to_hex(ByteView(key.public_key())) << "\"}\n\n"
      << "Compare the roster's fingerprint with the other sites by telephone before you put it into your policy.\n";
}

std::string spent_line(const config::SitePolicy& policy, const SigningKey& key) {
  const fs::path folder = policy.state / policy.data_set / "ledger";
  if (!fs::exists(folder / "ledger.jsonl")) return "nothing spent yet on data set " + policy.data_set;
  const auto report = privacy::verify_ledger(folder, key.public_key(), {});
  std::string line = "spent so far on data set " + policy.data_set + ": epsilon " +
                     figure(report.total.epsilon(policy.allow.delta).value, 4);
  if (policy.allow.epsilon_lifetime) line += " of " + figure(policy.allow.epsilon_lifetime->value, 4);
  return line;
}

void check(const std::string& policy_file, const std::string& experiment_file, bool approve) {
  const auto policy = config::load_policy(policy_file);
  const auto key = SigningKey::load(policy.key);
  std::cout << "policy   " << policy_file << ": site " << policy.site.name << ", "
            << (policy.data_class == config::DataClass::public_data ? "public data" : "private data") << "\n"
            << "ledger   " << spent_line(policy, key) << "\n";
  if (experiment_file.empty()) return;
  const auto experiment = config::load_experiment(experiment_file);
  if (experiment.roster) {
    std::cout << "roster   " << experiment.roster->size() << " sites, fingerprint "
              << to_hex(experiment.roster->fingerprint()) << std::endl;
  }
  // Approval is the last step: what is refused for another reason, or does not fit the table, stays unapproved.
  auto checked = policy;
  if (approve) checked.approve_automatic = true;
  const site::SiteRun run{.policy = &checked, .experiment = &experiment, .key = &key};
  if (const auto refusal = site::check_before_joining(run)) throw RefusedError("", refusal->reason, "");
  const auto loaded = data::load(policy.source, policy.file.parent_path(), experiment.schema,
                                 {.column = policy.unit_column, .max_rows = policy.max_rows});
  if (approve) site::approve(policy, experiment.hash());
  std::cout << "table    fits the schema (" << grouped(loaded.report.rows_read)
            << " rows read; this figure stays here)\n"
            << "plan     " << experiment.name << ": epsilon " << figure(experiment.privacy.epsilon.value, 4)
            << ", delta " << figure(experiment.privacy.delta.value, 2) << ", within this policy\n"
            << "approved " << (policy.approve_automatic ? "automatically within these bounds" : "by hand") << "\n";
}

void dry_run(const std::string& policy_file, const std::string& experiment_file, const std::string& plan_file) {
  const auto policy = config::load_policy(policy_file);
  const auto experiment = config::load_experiment(experiment_file);
  const auto key = SigningKey::load(policy.key);
  const auto& domain = experiment.schema.domain();
  const auto plan = boundary::plan_from_json(read_text(plan_file), domain, plan_file);
  if (const auto refusal = site::check_experiment(policy, experiment)) throw RefusedError("", refusal->reason, "");
  if (const auto refusal = site::check_plan(policy, experiment, plan)) throw RefusedError("", refusal->reason, "");
  const auto loaded = data::load(policy.source, policy.file.parent_path(), experiment.schema,
                                 {.column = policy.unit_column, .max_rows = policy.max_rows});
  const auto cost = boundary::cost_of(plan, domain);
  const auto budget = site::limits(policy, experiment).per_run;
  std::cout << "Nothing is sent and nothing is booked. Round " << plan.round << " (" << plan.stage
            << ") would ask site " << policy.site.name << " for:\n\n";
  for (const auto& planned : plan.queries) {
    const double sigma = std::sqrt(planned.site_noise.variance_counts());
    std::cout << "  " << (planned.query.kind == schema::Query::Kind::sketch ? "sketch of " : "")
              << planned.query.marginal.name(domain) << ": " << planned.query.length(domain)
              << " numbers, this site's own noise sigma " << figure(sigma, 4) << " counts\n";
  }
  std::cout << "\nWhat would leave: one signed message of " << grouped(plan.length(domain))
            << " words of 8 bytes, each count + noise + mask mod 2^64 (uniform to anyone who lacks the masks).\n"
            << "What it would cost: rho " << figure(cost.value, 4) << " of " << figure(budget.value, 4)
            << " for a run.\nThe table was read and fits; its size and content change nothing above.\n";
}

}  // namespace

void add_keygen(CLI::App& app) {
  auto* command = app.add_subcommand("keygen", "Make this site's key; prints the public half for the roster");
  auto file = std::make_shared<std::string>();
  auto site = std::make_shared<std::string>();
  command->add_option("file", *file, "New file for the secret key")->required();
  command->add_option("--site", *site, "This site's name in the roster")->required();
  command->footer("Example: fedloom-site keygen north.key --site north");
  command->callback([file, site] { keygen(*file, *site); });
}

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

void add_dry_run(CLI::App& app) {
  auto* command = app.add_subcommand("dry-run", "Show what a round would take from this site; sends and books nothing");
  auto policy = std::make_shared<std::string>();
  auto experiment = std::make_shared<std::string>();
  auto plan = std::make_shared<std::string>();
  command->add_option("policy", *policy, "This site's policy file")->required();
  command->add_option("experiment", *experiment, "The experiment, as the lead sent it")->required();
  command->add_option("plan", *plan, "A round's plan, from `fedloom plan EXPERIMENT --write-plan FILE`")->required();
  command->footer("Example: fedloom-site dry-run north.policy.yaml adult.yaml round-1.json");
  command->callback([=] { dry_run(*policy, *experiment, *plan); });
}

}  // namespace fedloom::apps
