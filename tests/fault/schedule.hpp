#pragma once
// One seed is one schedule: who takes part, what they are asked, and what goes wrong.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/quorum.hpp"
#include "fedloom/schema/domain.hpp"
#include "support/split_mix_random.hpp"

namespace fedloom::fault {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed) {}
  std::uint64_t below(std::uint64_t bound) { return random_.next() % bound; }
  bool hits(double probability) { return static_cast<double>(random_.next() >> 11) * 0x1p-53 < probability; }
  Millis between(Millis least, Millis most) {
    return least + Millis(below(static_cast<std::uint64_t>((most - least).count()) + 1));
  }

 private:
  test::SplitMixRandom random_;
};

/// How often what happened, over all schedules: for people, and to see that nothing was left out.
using Tally = std::map<std::string, std::uint64_t>;

/// Of each message on its way, unless it says otherwise.
struct Faults {
  double lost = 0, late = 0, twice = 0, overtaken = 0, garbled = 0;
  unsigned partitions = 0;
  unsigned stops = 0;          ///< the coordinator is asked to stop
  double unnoticed = 0;        ///< that a broken connection shows by silence only
  bool same_endpoint = false;  ///< a site that comes back has the endpoint it had before
};

/// A kill before the n-th action, counted from 1 over all lives: points are before, after and inside actions.
struct Kill {
  std::optional<std::size_t> place;  ///< none: the coordinator
  std::uint64_t at = 1;
};
/// A kill at a named point, the first time that this site comes there.
struct ScriptedLoss {
  std::size_t place = 0;
  std::string point;
};

/// A part that is broken on purpose: the checks must find it.
enum class Twin : std::uint8_t {
  none,
  forgets_session,   ///< a site's disk loses the session number
  seals_again,       ///< a site that is to send its share once more draws new noise
  counts_twice,      ///< the coordinator adds one share twice
  leaves_one_out,    ///< the coordinator names a survivor whose share is not in the sum
  lists_no_losses,   ///< the coordinator's public list leaves out what was lost
  books_nothing,     ///< a site releases without an entry in its ledger
  waits_for_nobody,  ///< a site's program forgets the timer it was told to set
};

struct Schedule {
  std::uint64_t seed = 1;
  Quorum quorum;    ///< what sites and coordinator are told
  Quorum promised;  ///< what the noise counts on, and what they are held to
  std::vector<schema::Domain::Axis> axes{{"a", 3}, {"b", 2}};
  std::uint32_t rounds = 1;
  unsigned site_restarts = 0;  ///< of each site, by itself
  unsigned resumes = 0;        ///< by a person, after an end that was not the run's
  Faults faults;
  std::vector<Kill> kills;
  std::vector<ScriptedLoss> losses;
  Twin twin = Twin::none;
};

/// Limits of waiting, short enough that most deadlines are met in a schedule.
inline constexpr Millis join_limit{3000}, reply_limit{2000}, wait_limit{30000}, tick{10};

Schedule random_schedule(std::uint64_t seed);
/// Without any fault.
Schedule calm_schedule(const Quorum& quorum, std::uint64_t seed);

}  // namespace fedloom::fault
