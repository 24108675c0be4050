#include "fedloom/site/policy_check.hpp"

#include <algorithm>
#include <set>

#include "aggregate_consent.hpp"

namespace fedloom::site {
namespace {

using secagg::RefusalCode;

std::string at(const config::SitePolicy& policy, std::string_view key) {
  return policy.file.string() + ": " + std::string(key) + ": ";
}

std::string number(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::optional<Refusal> check_columns(const config::SitePolicy& policy, const config::Experiment& experiment) {
  const auto& allowed = policy.allow.columns;
  for (const auto& attribute : experiment.schema.attributes()) {
    // What the table has, under whatever name the experiment models it.
    for (const std::string& column : attribute.sources()) {
      if (std::find(allowed.begin(), allowed.end(), column) != allowed.end()) continue;
      return Refusal{RefusalCode::policy,
                     at(policy, "allow.columns") + "the experiment models column '" + column +
                         "', which this policy does not allow; add it, or have the lead leave it out"};
    }
  }
  return std::nullopt;
}

std::optional<Refusal> check_unit(const config::SitePolicy& policy, const config::Experiment& experiment) {
  if (policy.max_rows > experiment.privacy.max_rows) {
    return Refusal{RefusalCode::policy, at(policy, "unit.max_rows") + "one entity may have " +
                                            std::to_string(policy.max_rows) +
                                            " rows here, but the experiment sizes its noise for " +
                                            std::to_string(experiment.privacy.max_rows) +
                                            "; lower it, or have the lead raise privacy.max_rows"};
  }
  if (policy.max_sites > experiment.privacy.max_sites) {
    return Refusal{RefusalCode::policy,
                   at(policy, "unit.max_sites") + "one entity may be known to " + std::to_string(policy.max_sites) +
                       " sites, but the experiment sizes its noise for " +
                       std::to_string(experiment.privacy.max_sites) + "; have the lead raise privacy.max_sites"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_trust(const config::SitePolicy& policy, const config::Experiment& experiment) {
  const auto& trust = policy.allow.trust;
  if (std::find(trust.begin(), trust.end(), experiment.privacy.trust) == trust.end()) {
    return Refusal{RefusalCode::policy,
                   at(policy, "allow.trust") +
                       "the experiment asks for trust: " + config::name_of(experiment.privacy.trust) +
                       ", which this policy does not allow; add it, or have the lead change privacy.trust"};
  }
  if (experiment.privacy.trust == config::Trust::central) return std::nullopt;
  const auto sites = static_cast<std::uint32_t>(experiment.roster ? experiment.roster->size() : 0);
  if (sites < policy.allow.min_sites) {
    return Refusal{RefusalCode::policy, at(policy, "allow.min_sites") + "the roster has " + std::to_string(sites) +
                                            " sites, this policy wants at least " +
                                            std::to_string(policy.allow.min_sites) +
                                            "; have the lead bring in more sites, or lower it"};
  }
  if (experiment.privacy.colluding_sites < policy.allow.min_colluding_sites) {
    return Refusal{RefusalCode::policy, at(policy, "allow.min_colluding_sites") + "the experiment assumes " +
                                            std::to_string(experiment.privacy.colluding_sites) +
                                            " colluding sites, this policy wants noise that withstands at least " +
                                            std::to_string(policy.allow.min_colluding_sites) +
                                            "; have the lead raise privacy.colluding_sites, or lower it"};
  }
  if (experiment.privacy.dropouts > policy.allow.max_dropouts) {
    return Refusal{RefusalCode::policy, at(policy, "allow.max_dropouts") + "the experiment allows " +
                                            std::to_string(experiment.privacy.dropouts) + " dropouts, this policy " +
                                            std::to_string(policy.allow.max_dropouts) +
                                            "; have the lead lower privacy.dropouts, or raise it"};
  }
  if (policy.allow.coordinator == Coordinator::malicious && experiment.privacy.coordinator != Coordinator::malicious) {
    return Refusal{RefusalCode::policy, at(policy, "allow.coordinator") +
                                            "the experiment withstands a curious coordinator only, this policy wants "
                                            "one planned for a malicious one; have the lead set privacy.coordinator: "
                                            "malicious, or allow curious"};
  }
  const std::string fingerprint = to_hex(experiment.roster->fingerprint());
  if (fingerprint != policy.allow.roster_fingerprint) {
    return Refusal{RefusalCode::roster, at(policy, "allow.roster_fingerprint") + "the roster's fingerprint is " +
                                            fingerprint.substr(0, 16) + "…, this policy approves " +
                                            policy.allow.roster_fingerprint.substr(0, 16) +
                                            "…; compare it with the other sites by telephone before you change it"};
  }
  if (experiment.privacy.trust != config::Trust::aggregate) return std::nullopt;
  return AggregateConsent::objection(policy, experiment);
}

/// With one owner nothing travels, and no tick is kept.
std::optional<Refusal> check_tick(const config::SitePolicy& policy, const config::Experiment& experiment) {
  const Millis tick = experiment.transport.tick;
  if (experiment.privacy.trust == config::Trust::central || tick >= policy.allow.min_tick) return std::nullopt;
  return Refusal{RefusalCode::policy, at(policy, "allow.min_tick") + "the experiment's transport.tick is " +
                                          std::to_string(tick.count()) + " ms, this policy wants at least " +
                                          std::to_string(policy.allow.min_tick.count()) +
                                          " ms; lower it, or have the lead use a longer tick"};
}

std::optional<Refusal> check_budget(const config::SitePolicy& policy, const config::Experiment& experiment) {
  if (experiment.privacy.delta.value > policy.allow.delta.value) {
    return Refusal{RefusalCode::policy, at(policy, "allow.delta") +
                                            "the experiment's delta is larger than this policy allows; have "
                                            "the lead lower privacy.delta, or raise it"};
  }
  if (experiment.privacy.epsilon.value > policy.allow.epsilon_per_run.value) {
    return Refusal{RefusalCode::budget_run, at(policy, "allow.epsilon_per_run") + "the experiment wants epsilon " +
                                                number(experiment.privacy.epsilon.value) + ", this policy allows " +
                                                number(policy.allow.epsilon_per_run.value) +
                                                " a run; have the lead lower privacy.epsilon, or raise it"};
  }
  return std::nullopt;
}

Refusal bad_plan(const std::string& what) {
  return Refusal{RefusalCode::protocol,
                 "the coordinator's plan " + what + "; refuse this coordinator until it is explained"};
}

/// Sites whose noise a plan may count on: as planned, but never fewer colluding sites than this policy assumes.
std::uint32_t most_contributors(const config::SitePolicy& policy, const config::Experiment& experiment) {
  Quorum quorum = experiment.quorum();
  if (!experiment.roster) return quorum.contributors();
  quorum.colluding = std::max(quorum.colluding, policy.allow.min_colluding_sites);
  return is_possible(quorum) ? quorum.contributors() : 0;
}

std::optional<Refusal> check_query(const schema::Domain& domain, const boundary::PlannedQuery& planned) {
  const auto& query = planned.query;
  for (const std::uint32_t attribute : query.marginal) {
    if (attribute >= domain.dimensions()) return bad_plan("asks for a column outside the schema");
  }
  if (query.marginal.cells(domain) > boundary::max_plan_length || query.length(domain) > boundary::max_plan_length) {
    return bad_plan("asks for more numbers than a round may carry");
  }
  if (query.kind == schema::Query::Kind::sketch && (query.sketch_rows == 0 || query.sketch_rows > 1024)) {
    return bad_plan("asks for a sketch of impossible size");
  }
  return std::nullopt;
}

std::optional<Refusal> check_noise(const boundary::PlannedQuery& planned) {
  if (planned.site_noise.variance_grid() < 16.0) return bad_plan("has noise below 4 grid units");
  return std::nullopt;
}

/// Exact totals are for the selection of this experiment's curator: what its workload does not hold is not opened.
std::optional<Refusal> check_exact(const config::Experiment& experiment, const boundary::PlannedQuery& planned,
                                   const schema::Domain& domain) {
  const auto& generator = experiment.generator;
  const auto& [query, noise] = planned;
  const std::uint32_t degree = generator.method == config::Method::independent ? 1 : generator.degree;
  const bool in_workload = query.kind == schema::Query::Kind::marginal && query.marginal.degree() <= degree &&
                           (query.marginal.degree() < 2 || query.marginal.cells(domain) <= generator.max_cells);
  if (!in_workload) return bad_plan("asks for exact totals that the experiment's workload does not hold");
  if (noise != privacy::NoiseScale{}) return bad_plan("asks for exact totals under noise");
  return std::nullopt;
}

std::optional<Refusal> check_curator(const config::Experiment& experiment, const boundary::RoundPlan& plan) {
  const bool aggregate = experiment.privacy.trust == config::Trust::aggregate;
  if (aggregate && !plan.curator)
    return bad_plan("asks for this site's own noise, which trust: aggregate has no use for");
  if (!aggregate && plan.curator) return bad_plan("asks for exact totals without trust: aggregate");
  if (plan.curator && *plan.curator != curator_of(experiment)) {
    return bad_plan("lets the curator release another budget than the experiment's");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> check_experiment(const config::SitePolicy& policy, const config::Experiment& experiment) {
  for (auto* check : {check_trust, check_columns, check_unit, check_tick, check_budget}) {
    if (auto refusal = check(policy, experiment)) return refusal;
  }
  return std::nullopt;
}

std::optional<Refusal> check_plan(const config::SitePolicy& policy, const config::Experiment& experiment,
                                  const boundary::RoundPlan& plan) {
  if (plan.round == 0 || plan.queries.empty()) return bad_plan("is empty");
  if (auto refusal = check_curator(experiment, plan)) return refusal;
  if (plan.contributors == 0 || plan.contributors > most_contributors(policy, experiment)) {
    return bad_plan("counts on more noise from honest sites than was agreed");
  }
  if (plan.reuse && experiment.privacy.dropouts > 0) {
    return bad_plan("asks for a stored share once more, which is never done where sites may drop out");
  }
  if (plan.entity_rows < policy.max_rows * policy.max_sites)
    return bad_plan("is sized for smaller entities than this site has");
  if (!plan.coarsening.fits(experiment.schema.domain())) return bad_plan("merges values that the schema does not have");
  const schema::Domain domain = plan.coarsening.over(experiment.schema.domain());
  std::set<schema::Query> seen;
  std::uint64_t length = 0;
  for (const auto& planned : plan.queries) {
    if (auto refusal = check_query(domain, planned)) return refusal;
    if (auto refusal = plan.curator ? check_exact(experiment, planned, domain) : check_noise(planned)) return refusal;
    if (!seen.insert(planned.query).second) return bad_plan("asks the same thing twice in one round");
    length += planned.query.length(domain);
  }
  if (length > boundary::max_plan_length) return bad_plan("asks for more numbers than a round may carry");
  return std::nullopt;
}

std::optional<Refusal> check_lifetime(const config::SitePolicy& policy, const config::Experiment& experiment,
                                      privacy::Rho all, privacy::Rho by_run) {
  const auto bounds = limits(policy, experiment);
  if (!bounds.lifetime) return std::nullopt;
  const double rest = std::max(0.0, bounds.per_run.value - by_run.value);
  // A sum of many costs may differ in its last digits from one that was rounded up at each step.
  if (all.value + rest <= bounds.lifetime->value * (1 + 1e-9)) return std::nullopt;
  return Refusal{RefusalCode::budget_lifetime,
                 "data set " + policy.data_set + ": epsilon " +
                     number(privacy::epsilon_of(all, policy.allow.delta).value) + " of " +
                     number(policy.allow.epsilon_lifetime->value) +
                     " is spent for life, and the rest does not pay for this run; ask for a smaller epsilon, or raise "
                     "allow.epsilon_lifetime"};
}

std::vector<std::string> unknown_columns(const config::SitePolicy& policy, const config::Experiment& experiment) {
  std::vector<std::string> known = experiment.schema.ids();
  for (const auto& attribute : experiment.schema.attributes()) {
    for (std::string& column : attribute.sources()) known.push_back(std::move(column));
  }
  std::vector<std::string> unknown;
  for (const auto& column : policy.allow.columns) {
    if (std::find(known.begin(), known.end(), column) == known.end()) unknown.push_back(column);
  }
  return unknown;
}

std::vector<std::string> unbound_ids(const config::SitePolicy& policy, const config::Experiment& experiment) {
  const auto& ids = experiment.schema.ids();
  const bool bound = policy.unit_column && std::find(ids.begin(), ids.end(), *policy.unit_column) != ids.end();
  return bound ? std::vector<std::string>() : ids;
}

privacy::CuratorEvent curator_of(const config::Experiment& experiment) {
  return privacy::curator_event(privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta));
}

privacy::Limits limits(const config::SitePolicy& policy, const config::Experiment& experiment) {
  const auto own = privacy::rho_of(policy.allow.epsilon_per_run, policy.allow.delta);
  const auto asked = privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta);
  privacy::Limits result{.per_run = std::min(own, asked), .lifetime = std::nullopt};
  if (policy.data_class == config::DataClass::private_data && policy.allow.epsilon_lifetime) {
    result.lifetime = privacy::rho_of(*policy.allow.epsilon_lifetime, policy.allow.delta);
  }
  return result;
}

}  // namespace fedloom::site
