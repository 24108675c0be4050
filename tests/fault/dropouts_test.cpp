// Every set of lost sites, at every step of a round: up to u the sum of those whose shares are in it, exactly; with
// one more never a sum.

#include <bit>
#include <tuple>

#include "schedule_runs.hpp"

namespace fedloom::fault {
namespace {

struct Step {
  const char* point;
  bool share_counts;  ///< whoever is lost here is in the sum
};
constexpr std::array<Step, 7> steps{{{"before Offer", false},
                                     {"after Offer", false},
                                     {"inside SendSealed after 1", false},
                                     {"after SendSealed", true},
                                     {"after Agree", true},
                                     {"before Unmask", true},
                                     {"after Unmask", true}}};
/// Whoever is lost later has given all that is needed.
constexpr std::size_t steps_that_matter = 6;

using Losses = std::vector<std::pair<std::size_t, Step>>;  ///< place, step

Schedule with_losses(const Quorum& quorum, const Losses& losses) {
  Schedule schedule = calm_schedule(quorum, 1);
  for (const auto& [place, step] : losses) schedule.losses.push_back({place, step.point});
  return schedule;
}

std::string text(const Quorum& quorum, const Losses& losses) {
  std::string out = "n = " + std::to_string(quorum.sites) + ", u = " + std::to_string(quorum.dropouts) + ":";
  for (const auto& [place, step] : losses) out += " " + std::to_string(place) + " " + step.point;
  return out;
}

std::vector<std::string> expected_survivors(const test::World& world, const Losses& losses) {
  std::vector<std::string> names;
  for (std::size_t place = 0; place < world.sites(); ++place) {
    const auto lost = std::ranges::find(losses, place, &Losses::value_type::first);
    if (lost == losses.end() || lost->second.share_counts) names.push_back(world.roster.members()[place].id.name);
  }
  return names;
}

void expect_exact_sum(const Schedule& schedule, const Losses& losses) {
  Tally tally;
  Laboratory lab(schedule, tally);
  lab.run();
  expect_no_rule_broken(lab);
  ASSERT_TRUE(lab.finished()) << text(schedule.quorum, losses) << ": " << lab.outcome();
  std::vector<std::string> names;
  for (const SiteId& site : lab.sums().front().survivors) names.push_back(site.name);
  ASSERT_EQ(names, expected_survivors(lab.world(), losses)) << text(schedule.quorum, losses);
}

void expect_refusal(const Schedule& schedule, const Losses& losses) {
  Tally tally;
  Laboratory lab(schedule, tally);
  lab.run();
  expect_no_rule_broken(lab);
  ASSERT_TRUE(lab.sums().empty()) << text(schedule.quorum, losses);
  // Where nobody had paid yet the run fails; else the round is lost, and with it the budget of its only one.
  const bool too_few = lab.outcome().starts_with("failed: only ");
  ASSERT_TRUE(too_few || tally.contains("a round is lost")) << text(schedule.quorum, losses) << ": " << lab.outcome();
}

/// All has been given, but too few are left to close the books.
void expect_sum_without_close(const Schedule& schedule) {
  Tally tally;
  Laboratory lab(schedule, tally);
  lab.run();
  expect_no_rule_broken(lab);
  ASSERT_EQ(lab.sums().size(), 1U);
  ASSERT_TRUE(lab.outcome().starts_with("failed: only ")) << lab.outcome();
}

template <class Check>
void for_every_subset(const Quorum& quorum, std::size_t size, Check check) {
  for (unsigned subset = 0; subset < 1U << quorum.sites; ++subset) {
    if (static_cast<std::size_t>(std::popcount(subset)) != size) continue;
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < quorum.sites; ++place) {
      if ((subset >> place & 1U) != 0) places.push_back(place);
    }
    check(places);
  }
}

Losses all_at(const std::vector<std::size_t>& places, const Step& step) {
  Losses losses;
  for (const std::size_t place : places) losses.emplace_back(place, step);
  return losses;
}

/// Each of `places` at each of the first `count` steps.
template <class Check>
void for_every_mixture(const std::vector<std::size_t>& places, std::size_t count, Check check) {
  std::vector<std::size_t> at(places.size());
  for (;;) {
    Losses losses;
    for (std::size_t k = 0; k < places.size(); ++k) losses.emplace_back(places[k], steps[at[k]]);
    check(losses);
    std::size_t k = 0;
    while (k < at.size() && ++at[k] == count) at[k++] = 0;
    if (k == at.size()) return;
  }
}

std::vector<Quorum> all_quorums() {
  std::vector<Quorum> quorums;
  // The larger n are run for the largest u only that keeps the number of subsets in bounds.
  for (std::uint32_t n = 3; n <= 10; ++n) {
    const std::uint32_t most = std::min(n - 2, 3U);
    for (std::uint32_t u = n <= 6 ? 1 : most; u <= most; ++u) quorums.push_back({.sites = n, .dropouts = u});
  }
  return quorums;
}

std::string name_of_quorum(const testing::TestParamInfo<Quorum>& info) {
  return "n" + std::to_string(info.param.sites) + "u" + std::to_string(info.param.dropouts);
}

/// One test for each step, as there are many sets.
class EverySetOfDropouts : public testing::TestWithParam<std::tuple<Quorum, std::size_t>> {
 protected:
  const Quorum quorum_ = std::get<0>(GetParam());
  const std::size_t step_ = std::get<1>(GetParam());
};

TEST_P(EverySetOfDropouts, UpToTheAllowedGivesTheExactSumOfTheRest) {
  for (std::size_t size = 0; size <= quorum_.dropouts; ++size) {
    for_every_subset(quorum_, size, [&](const std::vector<std::size_t>& places) {
      const Losses losses = all_at(places, steps[step_]);
      expect_exact_sum(with_losses(quorum_, losses), losses);
    });
  }
}

TEST_P(EverySetOfDropouts, OfOneMoreThanAllowedIsRefusedByName) {
  for_every_subset(quorum_, quorum_.dropouts + 1, [&](const std::vector<std::size_t>& places) {
    const Losses losses = all_at(places, steps[step_]);
    // Whoever is lost at the last step has given all that is needed.
    step_ < steps_that_matter ? expect_refusal(with_losses(quorum_, losses), losses)
                              : expect_sum_without_close(with_losses(quorum_, losses));
  });
}

INSTANTIATE_TEST_SUITE_P(Quorum, EverySetOfDropouts,
                         testing::Combine(testing::ValuesIn(all_quorums()),
                                          testing::Range<std::size_t>(0, steps.size())),
                         [](const auto& each) {
                           const Quorum& quorum = std::get<0>(each.param);
                           return "n" + std::to_string(quorum.sites) + "u" + std::to_string(quorum.dropouts) + "step" +
                                  std::to_string(std::get<1>(each.param));
                         });

class EveryMixtureOfSteps : public testing::TestWithParam<Quorum> {};

TEST_P(EveryMixtureOfSteps, GivesTheExactSumOrARefusal) {
  const Quorum& quorum = GetParam();
  for (std::size_t size = 1; size <= quorum.dropouts + 1; ++size) {
    for_every_subset(quorum, size, [&](const std::vector<std::size_t>& places) {
      const bool allowed = size <= quorum.dropouts;
      for_every_mixture(places, allowed ? steps.size() : steps_that_matter, [&](const Losses& losses) {
        allowed ? expect_exact_sum(with_losses(quorum, losses), losses)
                : expect_refusal(with_losses(quorum, losses), losses);
      });
    });
  }
}

TEST_P(EveryMixtureOfSteps, IsTheSameWhenLossesShowBySilenceOnly) {
  const Quorum& quorum = GetParam();
  for_every_subset(quorum, quorum.dropouts, [&](const std::vector<std::size_t>& places) {
    for_every_mixture(places, steps.size(), [&](const Losses& losses) {
      Schedule schedule = with_losses(quorum, losses);
      schedule.faults.unnoticed = 1;
      expect_exact_sum(schedule, losses);
    });
  });
}

INSTANTIATE_TEST_SUITE_P(Quorum, EveryMixtureOfSteps,
                         testing::Values(Quorum{.sites = 3, .dropouts = 1}, Quorum{.sites = 4, .dropouts = 1},
                                         Quorum{.sites = 4, .dropouts = 2}, Quorum{.sites = 5, .dropouts = 1}),
                         name_of_quorum);

// Of a share of two chunks the first is in the sum already when its site is lost: the others must send theirs again.
TEST(PartOfAShare, IsTakenOutOfTheSumAgain) {
  const Quorum quorum{.sites = 5, .dropouts = 2};
  for (std::size_t size = 1; size <= 2; ++size) {
    for_every_subset(quorum, size, [&](const std::vector<std::size_t>& places) {
      for (const bool noticed : {true, false}) {
        const Losses losses = all_at(places, {"inside SendSealed after 2", false});
        Schedule schedule = with_losses(quorum, losses);
        schedule.axes = {{"a", static_cast<std::uint32_t>(secagg::chunk_words) + 9}};
        schedule.faults.unnoticed = noticed ? 0 : 1;
        expect_exact_sum(schedule, losses);
      }
    });
  }
}

TEST(AHundredSites, LoseTenAtAllStepsAndGiveTheExactSum) {
  Losses losses;
  for (std::size_t k = 0; k < 10; ++k) losses.emplace_back(3 + 9 * k, steps[k % steps.size()]);
  expect_exact_sum(with_losses({.sites = 100, .dropouts = 10}, losses), losses);
}

}  // namespace
}  // namespace fedloom::fault
