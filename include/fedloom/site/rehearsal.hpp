#pragma once
// One round of a run as it would be, in this process: the sites' own program on their tables, with throw-away keys and
// ledgers that are thrown away too. For `fedloom-site dry-run`, with peers without rows: what would leave, byte for
// byte but for keys and random numbers; and for audits of what comes out.

#include <filesystem>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::site {

struct Rehearsed {
  std::vector<secagg::Message> messages;        ///< all that the policy's site sent, in order
  std::vector<std::size_t> bytes;               ///< of each, encoded
  std::vector<boundary::Measurement> measured;  ///< what the coordinator makes of the sum
};

/// `scratch`: an empty folder, for the throw-away state; the caller removes it. Nothing outside it is touched. Throws
/// RefusedError when the site would refuse the plan; needs a roster.
Rehearsed rehearse(const config::SitePolicy& policy, const config::Experiment& experiment,
                   const boundary::RoundPlan& plan, data::Loaded&& table, const std::filesystem::path& scratch);
/// With rows of every site, in the roster's order; all sites follow the one policy.
Rehearsed rehearse(const config::SitePolicy& policy, const config::Experiment& experiment,
                   const boundary::RoundPlan& plan, std::vector<data::Loaded>&& tables,
                   const std::filesystem::path& scratch);

}  // namespace fedloom::site
