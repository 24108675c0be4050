// fedloom-site dry-run: what a round would take from this site.

#include <CLI/CLI.hpp>
#include <cmath>
#include <iostream>

#include "fedloom/base/file.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/site/policy_check.hpp"
#include "program.hpp"
#include "site_commands.hpp"

namespace fedloom::apps {
namespace {

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
