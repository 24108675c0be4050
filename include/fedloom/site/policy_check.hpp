#pragma once
// The custodian's word against the lead's: every experiment and every round plan is held against the site's own
// policy. Nothing here depends on rows; the coordinator's word for budget, thresholds or noise is never taken.

#include <optional>
#include <string>

#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/privacy/accountant.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::site {

struct Refusal {
  secagg::RefusalCode code;
  std::string reason;  ///< for the custodian: what, where, what to do
};

/// Before joining: trust mode, sites, colluders, columns, unit, δ, ε per run, roster fingerprint.
std::optional<Refusal> check_experiment(const config::SitePolicy& policy, const config::Experiment& experiment);

/// Every plan: its noise counts on no more contributors than policy and experiment allow, it is sized for this
/// site's entities, every query is one of the experiment's columns and cells, σ is at least 4 grid units.
std::optional<Refusal> check_plan(const config::SitePolicy& policy, const config::Experiment& experiment,
                                  const boundary::RoundPlan& plan);

/// ρ limits that the policy gives at its own δ; the experiment's own budget bounds a run as well.
privacy::Limits limits(const config::SitePolicy& policy, const config::Experiment& experiment);

}  // namespace fedloom::site
