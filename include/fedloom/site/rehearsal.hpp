#pragma once
// One round of a run as it would be, in this process: the site's own program on its own table, with throw-away keys, a
// ledger that is thrown away too, and peers without rows. For `fedloom-site dry-run`: what would leave, byte for byte
// but for keys and random numbers.

#include <filesystem>
#include <vector>

#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::site {

struct Rehearsed {
  std::vector<secagg::Message> messages;  ///< all that the site sent, in order
  std::vector<std::size_t> bytes;         ///< of each, encoded
};

/// `scratch`: an empty folder, for the throw-away state; the caller removes it. Nothing outside it is touched. Throws
/// RefusedError when the site would refuse the plan; needs a roster.
Rehearsed rehearse(const config::SitePolicy& policy, const config::Experiment& experiment,
                   const boundary::RoundPlan& plan, data::Loaded&& table, const std::filesystem::path& scratch);

}  // namespace fedloom::site
