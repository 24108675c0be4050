#pragma once
// All that the live page can show: released values, and clocks of the coordinator's own.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/clock.hpp"

namespace fedloom::live {

struct SiteFacts {
  std::string name;
  std::optional<Instant> last_seen;  ///< none: not yet
  bool awaited = false;              ///< the coordinator waits for it now
};

/// One finished step of the run.
struct RoundFacts {
  std::uint32_t round = 0;
  std::string stage;
  std::uint64_t cells = 0;
  double epsilon_spent = 0;  ///< of the run up to and with this step
  double chi2_per_cell = 0;  ///< not above 0: nothing was fitted
  double seconds = 0;
};

struct RunFacts {
  std::string run_id, experiment, trust;
  double epsilon = 0, delta = 0;
  std::vector<SiteFacts> sites;
  std::vector<RoundFacts> rounds;
  std::uint32_t rounds_planned = 0;  ///< an estimate
  Instant started{};
  std::string note;  ///< the last line for the person at the terminal
};

/// Seconds that the rest takes if rounds go on as they went; none before the first round and after the last.
std::optional<double> seconds_left(const RunFacts& facts, Instant now);

}  // namespace fedloom::live
