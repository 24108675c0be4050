#include "schedule.hpp"

#include "fedloom/secagg/message.hpp"

namespace fedloom::fault {
namespace {

Quorum draw_quorum(Chance& chance) {
  constexpr std::array<std::uint32_t, 8> sizes{3, 3, 4, 4, 4, 5, 5, 6};
  Quorum quorum{.sites = sizes[chance.below(sizes.size())], .colluding = 1};
  if (chance.hits(0.15)) return quorum;
  quorum.dropouts = 1 + static_cast<std::uint32_t>(chance.below(std::min(quorum.sites - 2, 3U)));
  if (!chance.hits(0.5)) return quorum;
  quorum.coordinator = Coordinator::malicious;
  if (!is_possible(quorum)) quorum.coordinator = Coordinator::curious;
  return quorum;
}

void draw_faults(Chance& chance, Schedule& schedule) {
  Faults& faults = schedule.faults;
  const auto rate = [&chance] {
    constexpr std::array<double, 3> rates{0.003, 0.01, 0.03};
    return rates[chance.below(rates.size())];
  };
  for (std::uint64_t kinds = 1 + chance.below(4); kinds > 0; --kinds) {
    switch (chance.below(9)) {
      case 0:
        faults.lost = rate();
        break;
      case 1:
        faults.late = 3 * rate();
        break;
      case 2:
        faults.twice = rate();
        break;
      case 3:
        faults.overtaken = rate();
        break;
      case 4:
        faults.garbled = rate();
        break;
      case 5:
        faults.partitions += 1 + static_cast<unsigned>(chance.below(3));
        break;
      case 6:
        for (std::uint64_t k = chance.below(4) + 1; k > 0; --k) {
          schedule.kills.push_back({chance.below(schedule.quorum.sites), 1 + chance.below(120)});
        }
        break;
      case 7:
        for (std::uint64_t k = chance.below(3) + 1; k > 0; --k) {
          schedule.kills.push_back({std::nullopt, 1 + chance.below(250)});
        }
        break;
      default:
        faults.stops += 1;
    }
  }
  faults.unnoticed = chance.hits(0.3) ? 0.5 : 0;
  faults.same_endpoint = chance.hits(0.25);
}

}  // namespace

Schedule random_schedule(std::uint64_t seed) {
  Chance chance(seed * 0x9E3779B97F4A7C15U + 1);
  Schedule schedule{.seed = seed, .quorum = draw_quorum(chance)};
  schedule.promised = schedule.quorum;
  // Now and then a share of two chunks, so that one can be lost half-way.
  if (chance.hits(0.02)) schedule.axes = {{"a", static_cast<std::uint32_t>(secagg::chunk_words) + 9}};
  schedule.rounds = 2 + static_cast<std::uint32_t>(chance.below(3));
  schedule.site_restarts = 4;
  schedule.resumes = static_cast<unsigned>(chance.below(4));
  draw_faults(chance, schedule);
  return schedule;
}

Schedule calm_schedule(const Quorum& quorum, std::uint64_t seed) {
  return {.seed = seed, .quorum = quorum, .promised = quorum};
}

}  // namespace fedloom::fault
