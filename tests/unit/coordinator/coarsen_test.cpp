#include "fedloom/coordinator/coarsen.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <numeric>
#include <set>

#include "fedloom/train/fit.hpp"
#include "support/temp_folder.hpp"
#include "unit/coordinator/toy_run.hpp"

namespace fedloom::coordinator {
namespace {

using boundary::Measurement;
using config::Trust;

constexpr std::uint32_t kTowns = 3000;
constexpr std::uint32_t kCommon = 20;  ///< towns that have most of the rows

schema::Attribute coded(const char* name, std::uint32_t size) {
  return {name, schema::Coded{size, schema::Outside::refuse}, false, {""}};
}

schema::Attribute towns(std::uint32_t count = kTowns) {
  schema::Categorical names;
  for (std::uint32_t k = 0; k < count; ++k) names.values.push_back("town " + std::to_string(k));
  return {"town", names, false, {""}};
}

schema::Attribute ages(std::uint32_t count, bool missing) {
  schema::Binned bins{.integer = true, .edges = {}};
  for (std::uint32_t k = 0; k <= count; ++k) bins.edges.push_back(k);
  return {"age", bins, missing, {""}};
}

Measurement one_way(std::uint32_t attribute, std::vector<std::int64_t> values, double sigma) {
  return {{schema::Query::Kind::marginal, schema::Marginal{attribute}, 0, 0}, std::move(values), 0, sigma, 1};
}

double sum(const Measurement& m) {
  double total = 0;
  for (std::size_t k = 0; k < m.grid_values.size(); ++k) total += m.value(k);
  return total;
}

TEST(Coarsen, LeavesAttributesOfFewCodesAlone) {
  const schema::Schema schema({coded("a", 64), towns(64)}, {});
  std::vector<std::int64_t> rare(64, 0);
  rare[0] = 1000;
  EXPECT_TRUE(coarsening_for(schema, {one_way(0, rare, 50), one_way(1, rare, 50)}).empty());
}

TEST(Coarsen, KeepsTheCategoriesToldFromNoiseAndMergesTheRest) {
  std::vector<std::int64_t> counts(100, 30);
  counts[3] = 5000;
  counts[70] = 41;
  counts[99] = 39;
  const auto made = coarsening_for(schema::Schema({towns(100)}, {}), {one_way(0, counts, 10)});
  ASSERT_EQ(made.axes().size(), 1U);
  const auto& bin_of = made.axes()[0].bin_of;
  EXPECT_EQ(made.axes()[0].bins(), 3U);
  EXPECT_EQ(bin_of[3], 0U);
  EXPECT_EQ(bin_of[70], 1U);
  for (const std::size_t rare : {0U, 50U, 99U}) EXPECT_EQ(bin_of[rare], 2U);
}

TEST(Coarsen, MakesNoMoreBinsThanItSays) {
  const std::vector<std::int64_t> counts(1000, 400);
  for (const auto& attribute : {towns(1000), coded("town", 1000), ages(1000, false), ages(999, true)}) {
    const auto made = coarsening_for(schema::Schema({attribute}, {}), {one_way(0, counts, 10)});
    ASSERT_EQ(made.axes().size(), 1U);
    EXPECT_LE(made.axes()[0].bins(), kMostBins);
    EXPECT_GT(made.axes()[0].bins(), kMostBins / 2);
  }
}

TEST(Coarsen, MergesNeighboursOfNumbersIntoRunsOfLikeSize) {
  std::vector<std::int64_t> counts(200, 50);
  counts[100] = 4000;
  counts[200 - 1] = 0;
  auto with_missing = counts;
  with_missing.push_back(3);
  const auto made = coarsening_for(schema::Schema({ages(200, true)}, {}), {one_way(0, with_missing, 5)});
  ASSERT_EQ(made.axes().size(), 1U);
  const auto& bin_of = made.axes()[0].bin_of;
  std::map<std::uint32_t, double> mass;
  for (std::size_t code = 0; code < 200; ++code) {
    mass[bin_of[code]] += static_cast<double>(counts[code]);
    if (code == 0) continue;
    EXPECT_TRUE(bin_of[code] == bin_of[code - 1] || bin_of[code] == bin_of[code - 1] + 1);
  }
  EXPECT_EQ(mass[bin_of[100]], 4000) << "a large code stays alone";
  for (const auto& [bin, rows] : mass) EXPECT_GE(rows, 100) << bin;
  EXPECT_EQ(mass.count(bin_of[200]), 0U) << "missing is no neighbour";
}

schema::Attribute grid(std::uint32_t cells, std::uint32_t bins, bool missing) {
  schema::Attribute made = ages(cells, missing);
  std::get<schema::Binned>(made.type).private_bins = bins;
  return made;
}

TEST(Coarsen, MergesAGridIntoPrivateBinsOfAboutEqualMass) {
  // A long tail: cell k has rows in proportion to 0.9^k.
  std::vector<std::int64_t> counts;
  double rows = 0;
  for (int k = 0; k < 60; ++k) rows += static_cast<double>(counts.emplace_back(std::llround(20000 * std::pow(0.9, k))));
  counts.push_back(500);
  const auto made = coarsening_for(schema::Schema({grid(60, 8, true)}, {}), {one_way(0, counts, 10)});
  ASSERT_EQ(made.axes().size(), 1U) << "a grid is merged though it has fewer than kMostBins cells";
  const auto& bin_of = made.axes()[0].bin_of;
  EXPECT_LE(made.axes()[0].bins(), 9U) << "8 and missing";
  EXPECT_GE(made.axes()[0].bins(), 6U);
  std::vector<double> mass(made.axes()[0].bins(), 0.0);
  for (std::size_t k = 0; k < counts.size(); ++k) mass[bin_of[k]] += static_cast<double>(counts[k]);
  for (std::size_t bin = 0; bin + 1 < mass.size(); ++bin) {
    EXPECT_GE(mass[bin], rows / 8 / 2) << bin;
    EXPECT_LE(mass[bin], rows / 8 * 2) << bin;
  }
  EXPECT_EQ(mass.back(), 500) << "missing is no neighbour";
  for (std::size_t k = 1; k < 60; ++k) EXPECT_LE(bin_of[k] - bin_of[k - 1], 1U) << "bins are runs";
}

TEST(Coarsen, MakesFewerPrivateBinsWhereTheyCannotBeToldFromNoise) {
  const std::vector<std::int64_t> counts(256, 40);
  const auto bins = [&](double sigma) {
    return coarsening_for(schema::Schema({grid(256, 16, false)}, {}), {one_way(0, counts, sigma)}).axes().at(0).bins();
  };
  EXPECT_EQ(bins(1), 16U);
  EXPECT_LT(bins(100), 10U);
  EXPECT_EQ(bins(10000), 1U);
}

TEST(Coarsen, LeavesAGridAloneThatHasNoMoreCellsThanItsBins) {
  const std::vector<std::int64_t> counts(16, 40);
  EXPECT_TRUE(coarsening_for(schema::Schema({grid(16, 16, false)}, {}), {one_way(0, counts, 1)}).empty());
}

TEST(Coarsen, WithNothingToldFromNoiseOneBinIsLeft) {
  const std::vector<std::int64_t> counts(500, 1);
  for (const auto& attribute : {towns(500), ages(500, false)}) {
    const auto made = coarsening_for(schema::Schema({attribute}, {}), {one_way(0, counts, 1000)});
    EXPECT_EQ(made.axes().at(0).bins(), 1U);
  }
}

TEST(Coarsen, AForecastCountsOnAsManyBinsAsThereMayBe) {
  EXPECT_EQ(at_most_bins(schema::Domain({{"town", kTowns}, {"sex", 2}})), schema::Domain({{"town", 64}, {"sex", 2}}));
}

TEST(Fold, SumsTheCodesOfABinAndKeepsTheRows) {
  const schema::Domain fine({{"town", 6}, {"sex", 2}});
  const schema::Coarsening bins({{0, {0, 1, 2, 2, 2, 2}}});
  // Noise-free as far as one can see: both 1-ways have 1000 rows.
  const std::vector<Measurement> released{one_way(0, {500, 300, 50, 50, 60, 40}, 2), one_way(1, {400, 600}, 2)};
  const auto folded = fold(released, bins, fine);
  EXPECT_EQ(folded[0].grid_values, (std::vector<std::int64_t>{500, 300, 200}));
  EXPECT_TRUE(folded[0].coarsening.empty()) << "the bins are its domain";
  EXPECT_EQ(folded[1].grid_values, released[1].grid_values);
  EXPECT_TRUE(folded[1].coarsening.empty());
}

TEST(Fold, GivesWhatIsLackingToTheBinsOfManyCodes) {
  const schema::Domain fine({{"town", 102}, {"sex", 2}});
  std::vector<std::uint32_t> bin_of(102, 2);
  bin_of[0] = 0;
  bin_of[1] = 1;
  std::vector<std::int64_t> counts(102, 1);
  counts[0] = counts[1] = 300;
  // The other attribute, of far less noise, has 1000 rows: 300 are lacking, and 100 of 102 codes are in the last bin.
  const auto folded =
      fold({one_way(0, counts, 50), one_way(1, {400, 600}, 0.1)}, schema::Coarsening({{0, bin_of}}), fine);
  EXPECT_NEAR(folded[0].value(0), 303, 1);
  EXPECT_NEAR(folded[0].value(2), 394, 3);
  EXPECT_NEAR(sum(folded[0]), 1000, 2);
}

TEST(Fold, KeepsWhatWasMeasuredOverUnionsOfBins) {
  const schema::Domain fine({{"town", 6}, {"sex", 2}});
  const schema::Coarsening bins({{0, {0, 1, 2, 2, 3, 3}}}), further({{0, {0, 0, 1, 1}}});
  Measurement pair{{schema::Query::Kind::marginal, {0, 1}, 0, 0}, {1, 2, 3, 4}, 0, 1, 2};
  pair.coarsening = combine(bins, further, fine);
  EXPECT_EQ(pair.coarsening, schema::Coarsening({{0, {0, 0, 1, 1, 1, 1}}}));
  EXPECT_EQ(fold({pair}, bins, fine)[0].coarsening, further);
  pair.coarsening = bins;
  EXPECT_TRUE(fold({pair}, bins, fine)[0].coarsening.empty());
  pair.coarsening = schema::Coarsening({{0, {0, 0, 0, 1, 1, 1}}});
  EXPECT_THROW(fold({pair}, bins, fine), std::invalid_argument) << "it parts the third bin";
}

TEST(Fold, RefusesAJointMeasurementOfMergedCodes) {
  const schema::Domain fine({{"town", 3}, {"sex", 2}});
  const Measurement pair{{schema::Query::Kind::marginal, {0, 1}, 0, 0}, std::vector<std::int64_t>(6, 1), 0, 1, 2};
  EXPECT_THROW(fold({pair}, schema::Coarsening({{0, {0, 0, 1}}}), fine), std::invalid_argument);
}

TEST(ExpansionFor, SpreadsABinAsTheNoisyOneWayDoes) {
  const schema::Domain fine({{"town", 4}});
  const auto made = expansion_for({one_way(0, {500, 75, -8, 25}, 4)}, schema::Coarsening({{0, {0, 1, 1, 1}}}), fine);
  const auto& share = made.shares()[0];
  EXPECT_EQ(share[0], 1.0);
  EXPECT_GT(share[1], share[3]);
  EXPECT_EQ(share[2], 0.0) << "less than nothing is nothing";
  EXPECT_NEAR(share[1] + share[3], 1.0, 1e-9);
}

/// Rows of a town and what goes with it: half of them in the 20 common towns, whose sector is known by the town; the
/// other half spread over all the others, sector 3.
struct Towns : test::ToyTable {
  Towns() : ToyTable(0) {
    PublicStream stream(3, "towns");
    for (int row = 0; row < 20000; ++row) {
      const bool common = stream.below(2) == 0;
      const auto town =
          static_cast<std::uint32_t>(common ? stream.below(kCommon) : kCommon + stream.below(kTowns - kCommon));
      rows.push_back({town, common ? town % 3 : 3, static_cast<std::uint32_t>(stream.below(5))});
    }
  }
};

config::Experiment experiment_of_towns(Trust trust, double epsilon = 2.0) {
  config::Experiment experiment = test::toy_experiment(trust, epsilon);
  experiment.schema = schema::Schema({towns(), coded("sector", 4), coded("size", 5)}, {});
  return experiment;
}

class WideRun : public testing::TestWithParam<Trust> {
 protected:
  std::uint32_t sites() const { return GetParam() == Trust::none ? 3 : 1; }
  const Towns towns_;
};

std::vector<std::vector<std::uint32_t>> draw(const model::Generator& generator, std::uint64_t rows) {
  std::vector<std::vector<std::uint32_t>> out;
  generator.sample(rows, 5, [&](std::span<const std::uint32_t> codes, std::size_t count) {
    for (std::size_t row = 0; row < count; ++row) out.emplace_back(codes.data() + 3 * row, codes.data() + 3 * row + 3);
  });
  return out;
}

TEST_P(WideRun, GoesOnOverBinsAndDrawsCodesWithTheRightMass) {
  const config::Experiment experiment = experiment_of_towns(GetParam());
  test::ToyParty party(towns_, sites(), 100);
  Loop loop(experiment, sites());
  EXPECT_TRUE(std::get<MeasureStep>(loop.next()).plan.coarsening.empty());
  while (!test::finished(loop)) party.answer(loop, experiment.schema.domain());
  loop.finish();
  EXPECT_LE(loop.generator().domain().size(0), kMostBins);
  const auto rows = draw(loop.generator(), 20000);
  double common = 0, fitting = 0, sector_of_rare = 0;
  std::set<std::uint32_t> seen;
  for (const auto& row : rows) {
    ASSERT_LT(row[0], kTowns);
    seen.insert(row[0]);
    if (row[0] < kCommon) {
      ++common;
      fitting += row[1] == row[0] % 3 ? 1 : 0;
    } else {
      sector_of_rare += row[1] == 3 ? 1 : 0;
    }
  }
  EXPECT_NEAR(common / 20000, 0.5, 0.05) << "the merged towns have their half of the rows";
  EXPECT_GT(fitting / common, 0.75) << "what goes with a common town is kept";
  EXPECT_GT(sector_of_rare / (20000 - common), 0.9) << "and what goes with the merged ones";
  EXPECT_GT(seen.size(), 100U) << "merged towns come out as towns";
}

TEST_P(WideRun, ARefitGivesTheSameModelAndRows) {
  const config::Experiment experiment = experiment_of_towns(GetParam());
  test::ToyParty party(towns_, sites(), 100);
  Loop loop(experiment, sites());
  while (!test::finished(loop)) party.answer(loop, experiment.schema.domain());
  loop.finish();
  const fedloom::test::TempFolder folder;
  boundary::save_measurements(folder / "m.jsonl", experiment.schema.domain(), loop.measurements());
  train::FitReport report;
  const auto again =
      refit(experiment, boundary::load_measurements(folder / "m.jsonl", experiment.schema.domain()), report);
  EXPECT_EQ(again.probabilities(), loop.generator().probabilities());
  EXPECT_EQ(draw(again, 500), draw(loop.generator(), 500));
}

TEST_P(WideRun, AfterAStopItGoesOnOverTheSameBins) {
  const config::Experiment experiment = experiment_of_towns(GetParam(), 0.5);
  const schema::Domain& fine = experiment.schema.domain();
  const fedloom::test::TempFolder folder;
  test::ToyParty first(towns_, sites(), 100), second(towns_, sites(), 100);
  Loop straight(experiment, sites());
  auto stopped = std::make_unique<Loop>(experiment, sites());
  for (int step = 0; step < 4 && !test::finished(straight); ++step) {
    stopped->save(folder.path());
    stopped = std::make_unique<Loop>(Loop::resume(experiment, sites(), folder.path()));
    ASSERT_EQ(test::bytes_of(stopped->next()), test::bytes_of(straight.next())) << step;
    first.answer(straight, fine);
    second.answer(*stopped, fine);
  }
  EXPECT_EQ(stopped->measurements().size(), straight.measurements().size());
  EXPECT_EQ(stopped->rows_estimate(), straight.rows_estimate());
}

INSTANTIATE_TEST_SUITE_P(Loop, WideRun, testing::Values(Trust::none, Trust::central));

TEST(WideRefit, OneWaysAloneAreMergedAsTheRunWouldHave) {
  const schema::Schema schema({towns(100), coded("sex", 2)}, {});
  std::vector<std::int64_t> counts(100, 2);
  counts[3] = 5000;
  const std::vector<Measurement> released{one_way(0, counts, 10), one_way(1, {2000, 3200}, 10)};
  EXPECT_EQ(coarsening_of(schema, released), coarsening_for(schema, released));
  auto later = released;
  later.push_back({{schema::Query::Kind::marginal, {0, 1}, 0, 0}, std::vector<std::int64_t>(200, 1), 0, 1, 2});
  EXPECT_TRUE(coarsening_of(schema, later).empty()) << "a pair of codes was measured: nothing was merged";
}

}  // namespace
}  // namespace fedloom::coordinator
