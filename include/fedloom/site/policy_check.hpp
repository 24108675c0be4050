#pragma once
// The custodian's word against the lead's: every experiment and every round plan is held against the site's own
// policy. Nothing here depends on rows; the coordinator's word for budget, thresholds or noise is never taken.

#include <optional>
#include <string>
#include <vector>

#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/privacy/accountant.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::site {

struct Refusal {
  secagg::RefusalCode code;
  std::string reason;  ///< for the custodian: what, where, what to do
};

/// Before joining: trust mode, sites, colluders, dropouts, coordinator, columns, unit, δ, ε per run, roster
/// fingerprint.
std::optional<Refusal> check_experiment(const config::SitePolicy& policy, const config::Experiment& experiment);

/// Every plan: its noise counts on no more contributors than policy and experiment allow, it is sized for this
/// site's entities, every query is one of the experiment's columns and cells, σ is at least 4 grid units; and no
/// stored share is asked for where sites may drop out (its sum with and without a site would open that site). With
/// trust: aggregate it asks for exact marginals of the experiment's workload, and for nothing else.
std::optional<Refusal> check_plan(const config::SitePolicy& policy, const config::Experiment& experiment,
                                  const boundary::RoundPlan& plan);

/// Refuses a run whose rest the data set's lifetime budget cannot pay. `all`: booked by all runs so far; `by_run`: of
/// it, by this one.
std::optional<Refusal> check_lifetime(const config::SitePolicy& policy, const config::Experiment& experiment,
                                      privacy::Rho all, privacy::Rho by_run);

/// Names in allow.columns that the experiment's schema does not know: no fault, but perhaps not what was meant.
std::vector<std::string> unknown_columns(const config::SitePolicy& policy, const config::Experiment& experiment);

/// Identifiers of the experiment's schema where unit.column names none of them: no fault where a row is an entity, but
/// if they say whose a row is, an entity of several rows counts as several.
std::vector<std::string> unbound_ids(const config::SitePolicy& policy, const config::Experiment& experiment);

/// trust: aggregate: what the curator may release in the run, as every plan must name it.
privacy::CuratorEvent curator_of(const config::Experiment& experiment);

/// ρ limits that the policy gives at its own δ; the experiment's own budget bounds a run as well.
privacy::Limits limits(const config::SitePolicy& policy, const config::Experiment& experiment);

}  // namespace fedloom::site
