#pragma once
// trust: aggregate. Whether this site's policy lets exact totals go to a trusted curator, and the only maker of the
// grant that opens them.

#include <optional>
#include <variant>

#include "fedloom/boundary/aggregate_grant.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/site/policy_check.hpp"
#include "fedloom/site/site_state.hpp"

namespace fedloom::site {

class AggregateConsent {
 public:
  AggregateConsent(const config::SitePolicy& policy, const config::Experiment& experiment, const SiteState& state)
      : policy_(&policy), experiment_(&experiment), state_(&state) {}

  /// What keeps exact totals of this experiment here, if anything does: the policy does not allow it by name, fewer
  /// than three sites, sites that may drop out, or another roster than the data set's totals were opened to before.
  static std::optional<Refusal> objection(const config::SitePolicy& policy, const config::Experiment& experiment);

  /// For one block of totals. The roster is pinned for the data set, on disk, when it returns.
  std::variant<boundary::AggregateGrant, Refusal> give() const;

 private:
  const config::SitePolicy* policy_;
  const config::Experiment* experiment_;
  const SiteState* state_;
};

}  // namespace fedloom::site
