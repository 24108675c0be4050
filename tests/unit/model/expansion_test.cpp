#include "fedloom/model/expansion.hpp"

#include <gtest/gtest.h>

#include <map>

#include "fedloom/model/generator.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::model {
namespace {

schema::Domain fine() { return schema::Domain({{"town", 5}, {"sex", 2}}); }
schema::Coarsening bins() { return schema::Coarsening({{0, {0, 1, 1, 2, 1}}}); }

/// Towns 1, 2 and 4 are one bin: one half, one half, never.
Expansion expansion() { return {fine(), bins(), {{1.0, 0.5, 0.5, 1.0, 0.0}}}; }

std::vector<std::uint32_t> coarse_rows(std::size_t count) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < count; ++row) {
    rows.push_back(row % 3);
    rows.push_back(row / 3 % 2);
  }
  return rows;
}

TEST(Expansion, KeepsEachRowsBinAndItsOtherValues) {
  const auto before = coarse_rows(600);
  auto rows = before;
  PublicStream stream(1, "test");
  expansion().spread(rows, stream);
  for (std::size_t at = 0; at < rows.size(); at += 2) {
    EXPECT_EQ(bins().axes()[0].bin_of[rows[at]], before[at]);
    EXPECT_EQ(rows[at + 1], before[at + 1]);
  }
}

TEST(Expansion, SpreadsABinAsItsSharesSay) {
  auto rows = coarse_rows(600);
  PublicStream stream(1, "test");
  expansion().spread(rows, stream);
  std::map<std::uint32_t, int> count;
  for (std::size_t at = 0; at < rows.size(); at += 2) ++count[rows[at]];
  EXPECT_EQ(count, (std::map<std::uint32_t, int>{{0, 200}, {1, 100}, {2, 100}, {3, 200}}));
}

TEST(Expansion, WithinABinACodeTellsNothingOfTheRestOfItsRow) {
  auto rows = coarse_rows(30000);
  PublicStream stream(1, "test");
  expansion().spread(rows, stream);
  int first = 0;
  for (std::size_t at = 0; at < rows.size(); at += 2) first += rows[at] == 1 && rows[at + 1] == 1 ? 1 : 0;
  // 5,000 of the bin's 10,000 rows have sex 1; a half of them, give or take 5 standard deviations of a split.
  EXPECT_NEAR(first, 2500, 5 * 25);
}

TEST(Expansion, GivesTheOneWayOfTheCodes) {
  EXPECT_EQ(expansion().one_way(0, {0.2, 0.6, 0.2}), (std::vector<double>{0.2, 0.3, 0.3, 0.2, 0.0}));
  EXPECT_EQ(expansion().one_way(1, {0.4, 0.6}), (std::vector<double>{0.4, 0.6}));
}

TEST(Expansion, RefusesSharesThatAreNone) {
  const std::vector<std::vector<std::vector<double>>> wrong{
      {}, {{1, 1, 1}}, {{1, 0.5, 0.4, 1, 0}}, {{1, 1.5, -0.5, 1, 0}}};
  for (const auto& shares : wrong) EXPECT_THROW(Expansion(fine(), bins(), shares), std::invalid_argument);
  EXPECT_THROW(Expansion(schema::Domain({{"town", 4}}), bins(), {{1, 0.5, 0.5, 1, 0}}), std::invalid_argument);
}

TEST(Expansion, AGeneratorTakesOnlyOneOfItsOwnBins) {
  Generator fits(bins().over(fine()), 1), other(fine(), 1);
  fits.expand(expansion());
  EXPECT_THROW(other.expand(expansion()), std::invalid_argument);
}

std::vector<std::uint32_t> drawn(const Generator& generator) {
  std::vector<std::uint32_t> rows;
  generator.sample(300, 7, [&](std::span<const std::uint32_t> codes, std::size_t) {
    rows.insert(rows.end(), codes.begin(), codes.end());
  });
  return rows;
}

TEST(Expansion, ComesBackWithItsModelAndDrawsTheSameRows) {
  const test::TempFolder folder;
  Generator generator(bins().over(fine()), 2);
  generator.expand(expansion());
  generator.save(folder.path(), {});
  const Generator back = Generator::load(folder.path());
  EXPECT_EQ(back.expansion().coarsening(), bins());
  EXPECT_EQ(back.expansion().shares(), expansion().shares());
  EXPECT_EQ(drawn(back), drawn(generator));
  EXPECT_NEAR(back.one_way_of_rows(0)[1], 1.0 / 6.0, 1e-6);
}

}  // namespace
}  // namespace fedloom::model
