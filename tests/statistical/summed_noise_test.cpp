// The noise in what the secure sum gives, through the real releaser and the real protocol: its variance is at least
// the σ² that was paid for, for every number of dropouts that is allowed and with the noise of the colluding sites
// taken away. A twin whose threshold is lower than n − u must be caught.

#include <gtest/gtest.h>

#include <boost/math/distributions/chi_squared.hpp>

#include "laboratory.hpp"
#include "support/goodness_of_fit.hpp"

namespace fedloom::fault {
namespace {

constexpr std::uint32_t draws = 120'000;
/// As many checks in all must not raise the chance of a false alarm above that of one.
constexpr double level = test::false_alarm_rate / 16;

struct Noise {
  double square_sum = 0;  ///< in squared grid units
  double paid_for = 0;    ///< σ²: contributors times one site's variance
};

/// Loses `dropouts` sites in a round, and takes away the noise of `colluding` of those that are left.
Noise summed_noise(const Quorum& quorum, const Quorum& promised, std::uint32_t dropouts) {
  Schedule schedule = calm_schedule(quorum, 5 + dropouts);
  schedule.promised = promised;
  schedule.axes = {{"a", draws}};
  for (std::uint32_t k = 0; k < dropouts; ++k) schedule.losses.push_back({2 * k, "after Prepare"});
  Tally tally;
  Laboratory lab(schedule, tally);
  lab.run();
  if (lab.sums().size() != 1) throw std::runtime_error("the round was not summed: " + lab.outcome());
  const secagg::RoundSummed& summed = lab.sums().front();
  if (summed.survivors.size() != quorum.sites - dropouts) throw std::runtime_error("other survivors than were left");

  std::vector<std::uint64_t> words = summed.total.words();
  std::uint32_t known = promised.colluding;
  for (const SiteId& survivor : summed.survivors) {
    const std::size_t place = lab.place_of(survivor);
    const auto counts = lab.counts(place, summed.plan);
    const auto released = lab.witness().released(place, summed.plan);
    const bool colludes = known > 0;
    if (colludes) --known;
    for (std::size_t k = 0; k < words.size(); ++k) words[k] -= colludes ? released[k] : counts[k];
  }
  Noise noise{.paid_for = summed.plan.contributors * summed.plan.queries.front().site_noise.variance_grid()};
  for (const std::uint64_t word : words) {
    const auto value = static_cast<double>(static_cast<std::int64_t>(word));
    noise.square_sum += value * value;
  }
  return noise;
}

/// Chance of a sum of squares as small as this when the variance is what was paid for.
double chance_of_so_little(const Noise& noise) {
  return boost::math::cdf(boost::math::chi_squared(draws), noise.square_sum / noise.paid_for);
}
double chance_of_so_much(const Noise& noise, double variance) {
  return boost::math::cdf(complement(boost::math::chi_squared(draws), noise.square_sum / variance));
}

class SummedNoise : public testing::TestWithParam<Quorum> {};

TEST_P(SummedNoise, HasAtLeastTheVariancePaidForHoweverManyDropOutAndCollude) {
  const Quorum& quorum = GetParam();
  for (std::uint32_t dropouts = 0; dropouts <= quorum.dropouts; ++dropouts) {
    const Noise noise = summed_noise(quorum, quorum, dropouts);
    EXPECT_GT(chance_of_so_little(noise), level) << dropouts << " dropouts";
    // And no more than the survivors' own, so that what is measured is the noise and nothing else.
    const double survivors = quorum.sites - dropouts - quorum.colluding;
    const double own = noise.paid_for / quorum.contributors() * survivors;
    EXPECT_GT(chance_of_so_much(noise, own), level) << dropouts << " dropouts";
  }
}

INSTANTIATE_TEST_SUITE_P(Quorum, SummedNoise,
                         testing::Values(Quorum{.sites = 5, .colluding = 1, .dropouts = 1},
                                         Quorum{.sites = 10, .colluding = 2, .dropouts = 3}));

// Sites refuse a plan that counts on more contributors than their own quorum leaves: the twins leave as many as was
// promised, for more dropouts and fewer colluding sites.
TEST(BrokenTwin, ASumWithTooFewSurvivorsHasTooLittleNoiseAndIsCaught) {
  const Quorum five{.sites = 5, .colluding = 2, .dropouts = 1}, twin_of_five{.sites = 5, .dropouts = 2};
  EXPECT_LT(chance_of_so_little(summed_noise(twin_of_five, five, 2)), level);
  const Quorum ten{.sites = 10, .colluding = 2, .dropouts = 3}, twin_of_ten{.sites = 10, .dropouts = 4};
  EXPECT_LT(chance_of_so_little(summed_noise(twin_of_ten, ten, 4)), level);
}

}  // namespace
}  // namespace fedloom::fault
