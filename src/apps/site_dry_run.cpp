// fedloom-site dry-run: what a round would take from this site, message by message.

#include <CLI/CLI.hpp>
#include <cmath>
#include <iomanip>
#include <iostream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/site/policy_check.hpp"
#include "fedloom/site/rehearsal.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"
#include "site_commands.hpp"

namespace fedloom::apps {
namespace {

/// What a custodian wants to know of a message: what is in it, and what each part may tell.
struct Contents {
  std::string operator()(const secagg::Join&) const {
    return "this site's key, the run, the number and hash of its ledger's entries, what it has booked in this run";
  }
  std::string operator()(const secagg::Advertise&) const { return "a fresh public key for this session"; }
  std::string operator()(const secagg::Offer& offer) const {
    return "a fresh public key for this round; random shares of two random secrets, encrypted, for each of " +
           std::to_string(offer.entries.size()) + " sites";
  }
  std::string operator()(const secagg::ShareMessage& share) const {
    return "that " + grouped(share.words) +
           " masked words follow, with their hashes; the ledger's newest head; rho booked so far " +
           figure(share.booked_rho, 4);
  }
  std::string operator()(const secagg::ShareChunk& chunk) const {
    return grouped(chunk.words.words().size()) +
           " words, each number above + mask mod 2^64: uniform to anyone who lacks the masks";
  }
  std::string operator()(const secagg::Agree&) const { return "a signature under the list of sites in the sum"; }
  std::string operator()(const secagg::Unmask& unmask) const {
    return std::to_string(unmask.shares.size()) +
           " random shares, one of each site: of its self mask when it is in the sum, of its mask key when it was lost";
  }
  std::string operator()(const secagg::Goodbye&) const {
    return "a signature under all sites' ledger heads and the list of what was spent";
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "";
  }
};

void print(const site::Rehearsed& rehearsed) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < rehearsed.messages.size(); ++i) {
    const auto& message = rehearsed.messages[i];
    std::cout << std::setw(4) << i + 1 << "  " << std::left << std::setw(11) << secagg::name_of(message) << std::right
              << std::setw(12) << grouped(rehearsed.bytes[i]) << " bytes  " << std::visit(Contents{}, message) << "\n";
    sum += rehearsed.bytes[i];
  }
  std::cout << "      in all     " << std::setw(12) << grouped(sum) << " bytes, each message signed by this site\n";
}

void dry_run(const std::string& policy_file, const std::string& experiment_file, const std::string& plan_file) {
  const auto policy = config::load_policy(policy_file);
  const auto experiment = config::load_experiment(experiment_file);
  const auto& domain = experiment.schema.domain();
  const auto plan = boundary::plan_from_json(read_text(plan_file), domain, plan_file);
  if (const auto refusal = site::check_experiment(policy, experiment)) throw RefusedError("", refusal->reason, "");
  if (const auto refusal = site::check_plan(policy, experiment, plan)) throw RefusedError("", refusal->reason, "");
  auto loaded = data::load(policy.source, policy.file.parent_path(), experiment.schema,
                           {.column = policy.unit_column, .max_rows = policy.max_rows, .order = policy.unit_order});
  std::cout << "Nothing is sent and nothing is booked. Round " << plan.round << " (" << plan.stage
            << ") would ask site " << policy.site.name << " for:\n\n";
  for (const auto& planned : plan.queries) {
    const std::string noise = plan.curator ? "EXACT, under the mask only"
                                           : "this site's own noise sigma " +
                                                 figure(std::sqrt(planned.site_noise.variance_counts()), 4) + " counts";
    std::cout << "  " << (planned.query.kind == schema::Query::Kind::sketch ? "sketch of " : "")
              << planned.query.marginal.name(domain) << ": " << planned.query.length(domain) << " numbers, " << noise
              << "\n";
  }
  if (plan.curator) {
    std::cout << "\nThe coordinator sees the exact totals of all sites: it is trusted to release no more than rho "
              << figure(privacy::rho(*plan.curator).value, 4)
              << " of them in the whole run, which is booked here at once.\n";
  }
  const auto cost = boundary::cost_of(plan, domain);
  const auto budget = site::limits(policy, experiment).per_run;
  std::cout << "\nWhat it would cost: rho " << figure(cost.value, 4) << " of " << figure(budget.value, 4)
            << " for a run.\n";
  if (!experiment.roster) {
    std::cout << "With one owner nothing would leave this process but the noisy answers.\n";
    return;
  }
  const ScratchFolder scratch;
  const auto rehearsed = site::rehearse(policy, experiment, plan, std::move(loaded), scratch.path());
  std::cout << "\nWhat would leave, played through with throw-away keys, peers without rows and nobody lost, in a "
               "session with this round only:\n\n";
  print(rehearsed);
  std::cout << "\nThe table was read and counted; its size and content change no length and no order above, and no "
               "byte but the masked words, their hashes and the signatures over them.\n";
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
