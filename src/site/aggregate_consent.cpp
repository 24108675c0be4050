#include "aggregate_consent.hpp"

#include <algorithm>

namespace fedloom::site {

std::optional<Refusal> AggregateConsent::objection(const config::SitePolicy& policy,
                                                   const config::Experiment& experiment) {
  using secagg::RefusalCode;
  const std::string file = policy.file.string();
  const auto& trust = policy.allow.trust;
  const bool allowed = std::ranges::find(trust, config::Trust::aggregate) != trust.end();
  if (!allowed || experiment.privacy.trust != config::Trust::aggregate || !experiment.roster) {
    return Refusal{RefusalCode::policy, file +
                                            ": allow.trust: exact totals are asked for without trust: aggregate in "
                                            "both the experiment and this policy"};
  }
  if (experiment.roster->size() < config::least_aggregate_sites) {
    return Refusal{RefusalCode::policy, file + ": allow.trust: aggregate needs at least " +
                                            std::to_string(config::least_aggregate_sites) + " sites, the roster has " +
                                            std::to_string(experiment.roster->size())};
  }
  if (experiment.privacy.dropouts > 0) {
    return Refusal{RefusalCode::policy,
                   file +
                       ": allow.trust: aggregate is for runs that need every site: totals with and without a site "
                       "would give its own away; have the lead set privacy.dropouts: 0"};
  }
  const auto pinned = pinned_roster(policy);
  if (pinned && *pinned != experiment.roster->fingerprint()) {
    return Refusal{RefusalCode::roster,
                   file + ": data_set: exact totals of data set " + policy.data_set + " were opened to the roster " +
                       to_hex(*pinned).substr(0, 16) +
                       "… before, and are opened to no other: the difference of two totals could be one site's own; "
                       "use that roster, or trust: none"};
  }
  return std::nullopt;
}

std::variant<boundary::AggregateGrant, Refusal> AggregateConsent::give() const {
  if (auto refusal = objection(*policy_, *experiment_)) return std::move(*refusal);
  state_->pin_roster(experiment_->roster->fingerprint());
  return boundary::AggregateGrant(curator_of(*experiment_));
}

}  // namespace fedloom::site
