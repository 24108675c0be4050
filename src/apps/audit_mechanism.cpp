#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audits.hpp"
#include "fedloom/audit/released_counts.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "program.hpp"
#include "scratch_folder.hpp"

namespace fedloom::apps {
namespace {

struct Subject {
  audit::AuditedCount count;
  std::string name;  ///< of the marginal
  std::uint32_t sites = 1;
};

/// The first marginal that the experiment's plan asks for.
Subject subject_of(const config::Experiment& experiment) {
  if (experiment.privacy.trust == config::Trust::aggregate) {
    throw UsageError("with trust: aggregate the coordinator adds the noise, which this audit does not run",
                     "audit the experiment with trust: none or central; the sampler is the same");
  }
  const std::uint32_t sites = experiment.quorum().sites;
  coordinator::Loop loop(experiment, sites);
  const auto plan = std::get<coordinator::MeasureStep>(loop.next()).plan;
  for (const auto& planned : plan.queries) {
    if (planned.query.marginal.degree() == 0) continue;
    return {.count = {.site_noise = planned.site_noise,
                      .honest_sites = plan.contributors,
                      .max_rows = experiment.privacy.max_rows,
                      .max_sites = std::min(experiment.privacy.max_sites, plan.contributors)},
            .name = planned.query.marginal.name(experiment.schema.domain()),
            .sites = sites};
  }
  throw UsageError("the experiment's first round asks for no marginal", "");
}

nlohmann::ordered_json as_json(const Subject& subject, const audit::MechanismVerdict& verdict,
                               const audit::MechanismAuditOptions& options) {
  return {{"count", subject.name},
          {"sites", subject.sites},
          {"honest_sites", subject.count.honest_sites},
          {"site_sigma", std::sqrt(subject.count.site_noise.variance_counts())},
          {"trials_with", verdict.runs.with},
          {"hits", verdict.runs.hits},
          {"trials_without", verdict.runs.without},
          {"false_hits", verdict.runs.false_hits},
          {"threshold_grid", verdict.point.threshold},
          {"delta", verdict.point.delta},
          {"epsilon_exact", verdict.point.epsilon},
          {"epsilon_lower", verdict.lower_bound},
          {"fraction_of_claim", verdict.fraction_of_claim()},
          {"error", options.error},
          {"faults", verdict.faults}};
}

void print(const Subject& subject, const audit::MechanismVerdict& verdict,
           const audit::MechanismAuditOptions& options) {
  const auto& count = subject.count;
  const double sigma = std::sqrt(count.site_noise.variance_counts() * count.honest_sites);
  std::cout << "count        one cell of " << subject.name << ", as the experiment's first round asks for it\n"
            << "noise        sigma " << figure(sigma, 4) << " rows, of " << count.honest_sites << " of "
            << subject.sites << " site(s)\n"
            << "adversary    knows every row but one entity's (" << count.max_rows * count.max_sites
            << " row(s) count), and the noise of the other " << subject.sites - count.honest_sites << " site(s)\n"
            << "trials       " << grouped(verdict.runs.with) << " with the entity, " << grouped(verdict.runs.without)
            << " without\n"
            << "exact curve  epsilon " << figure(verdict.point.epsilon, 5) << " at delta "
            << figure(verdict.point.delta, 4) << "\n"
            << "proved       epsilon at least " << figure(verdict.lower_bound, 5)
            << " there: " << figure(100 * verdict.fraction_of_claim(), 3) << " % of it (wrong with probability "
            << figure(options.error, 2) << ")\n";
  if (verdict.fraction_of_claim() < 0.9 && verdict.faults.empty()) {
    std::cout << "             the noise is large beside one entity: more --trials prove more\n";
  }
  for (const auto& fault : verdict.faults) std::cout << "FAULT        " << fault << "\n";
  if (verdict.faults.empty()) {
    std::cout
        << "verdict      no fault: the noise is the one that is booked, and the entity moves the count no further\n";
  }
  std::cout
      << "\nThis shows that this build clips, and adds the noise that its ledger books, at this count. It shows "
         "nothing of other\nmachines' builds, and does not prove privacy: the ledger's arithmetic does, where the "
         "noise is what it says.\n";
}

}  // namespace

void audit_mechanism_of(const MechanismAuditArguments& arguments) {
  const auto experiment = config::load_experiment(arguments.experiment);
  const auto subject = subject_of(experiment);
  const ScratchFolder scratch;
  audit::ReleasedCounts mechanism(subject.count, scratch.path());
  audit::MechanismAuditOptions options{.trials = arguments.trials, .seed = arguments.seed};
  options.cells = static_cast<std::uint32_t>(std::min<std::uint64_t>(options.cells, arguments.trials));
  const auto verdict = audit::audit_mechanism(mechanism, audit::claim_of(subject.count), options);
  if (arguments.json) {
    std::cout << as_json(subject, verdict, options).dump(1) << "\n";
  } else {
    print(subject, verdict, options);
  }
  if (verdict.faults.empty()) return;
  throw AuditError("audit mechanism", verdict.faults.front(),
                   "release nothing with this build, and report it with the command's output");
}

}  // namespace fedloom::apps
