#include "model/sampler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace fedloom::model {
namespace {

using Rows = std::vector<std::vector<std::uint32_t>>;

Rows draw(const schema::Domain& domain, std::uint32_t components, const std::vector<float>& p, std::uint64_t rows,
          std::uint64_t seed, std::size_t* largest = nullptr) {
  Rows out;
  sample_rows({&domain, components, p}, rows, seed, [&](std::span<const std::uint32_t> codes, std::size_t n) {
    ASSERT_EQ(codes.size(), n * domain.dimensions());
    if (largest != nullptr) *largest = std::max(*largest, n);
    for (std::size_t row = 0; row < n; ++row) {
      out.emplace_back(codes.begin() + static_cast<std::ptrdiff_t>(row * domain.dimensions()),
                       codes.begin() + static_cast<std::ptrdiff_t>((row + 1) * domain.dimensions()));
    }
  });
  return out;
}

std::map<std::vector<std::uint32_t>, std::size_t> histogram(const Rows& rows, const std::vector<std::size_t>& columns) {
  std::map<std::vector<std::uint32_t>, std::size_t> out;
  for (const auto& row : rows) {
    std::vector<std::uint32_t> key;
    for (const std::size_t c : columns) key.push_back(row[c]);
    ++out[key];
  }
  return out;
}

TEST(Sampler, GivesEachValueOfAProductItsShareToOneRow) {
  const schema::Domain domain({{"a", 4}, {"b", 3}});
  const std::vector<float> p = {0.1F, 0.25F, 0.0F, 0.65F, 0.313F, 0.487F, 0.2F};
  const Rows rows = draw(domain, 1, p, 997, 5);
  ASSERT_EQ(rows.size(), 997U);
  for (std::uint32_t v = 0; v < 4; ++v) {
    EXPECT_NEAR(static_cast<double>(histogram(rows, {0})[{v}]), 997.0 * static_cast<double>(p[v]), 1.0);
  }
  for (std::uint32_t v = 0; v < 3; ++v) {
    EXPECT_NEAR(static_cast<double>(histogram(rows, {1})[{v}]), 997.0 * static_cast<double>(p[4 + v]), 1.0);
  }
}

TEST(Sampler, GivesExactlyTheRowsAskedFor) {
  const schema::Domain domain({{"a", 2}, {"b", 2}});
  const std::vector<float> p = {0.5F, 0.5F, 0.5F, 0.5F, 1.0F, 0.0F, 0.0F, 1.0F, 0.2F, 0.8F, 0.9F, 0.1F};
  for (const std::uint64_t rows : {0, 1, 2, 3, 7, 100, 50001}) EXPECT_EQ(draw(domain, 3, p, rows, 1).size(), rows);
}

TEST(Sampler, HandsOutBlocksThatDoNotGrowWithTheRows) {
  const schema::Domain domain({{"a", 2}});
  const std::vector<float> p = {0.5F, 0.5F, 0.3F, 0.7F};
  std::size_t largest = 0;
  EXPECT_EQ(draw(domain, 2, p, 620000, 1, &largest).size(), 620000U);
  EXPECT_LE(largest, 50000U);
}

TEST(Sampler, IsRepeatableAndDependsOnTheSeed) {
  const schema::Domain domain({{"a", 5}, {"b", 2}});
  const std::vector<float> p = {0.2F, 0.2F, 0.2F, 0.2F, 0.2F, 0.5F, 0.5F, 0.1F, 0.1F, 0.1F, 0.1F, 0.6F, 0.9F, 0.1F};
  EXPECT_EQ(draw(domain, 2, p, 300, 8), draw(domain, 2, p, 300, 8));
  EXPECT_NE(draw(domain, 2, p, 300, 8), draw(domain, 2, p, 300, 9));
}

TEST(Sampler, KeepsThePairsOfAMixture) {
  // Two components on opposite corners: a = b always.
  const schema::Domain domain({{"a", 2}, {"b", 2}, {"c", 3}});
  const std::vector<float> p = {1.0F, 0.0F, 1.0F, 0.0F, 0.2F, 0.3F, 0.5F, 0.0F, 1.0F, 0.0F, 1.0F, 0.6F, 0.2F, 0.2F};
  const Rows rows = draw(domain, 2, p, 1000, 4);
  auto pairs = histogram(rows, {0, 1});
  EXPECT_EQ((pairs[{0, 0}]), 500U);
  EXPECT_EQ((pairs[{1, 1}]), 500U);
  auto with_c = histogram(rows, {0, 2});
  EXPECT_NEAR(static_cast<double>(with_c[{0, 2}]), 250.0, 2.0);
  EXPECT_NEAR(static_cast<double>(with_c[{1, 0}]), 300.0, 2.0);
}

TEST(Sampler, BringsPairsCloserThanIndependentDrawsWould) {
  // One product of two uniform attributes: every pair should hold rows/100, with independent draws ± √(rows/100).
  const schema::Domain domain({{"a", 10}, {"b", 10}});
  const std::vector<float> p(40, 0.1F);
  const Rows rows = draw(domain, 2, p, 10000, 3);
  auto pairs = histogram(rows, {0, 1});
  double square = 0;
  for (const auto& [key, n] : pairs) square += std::pow(static_cast<double>(n) - 100.0, 2);
  EXPECT_LT(std::sqrt(square / 100.0), 5.0);
}

TEST(Sampler, ShufflesTheRows) {
  const schema::Domain domain({{"a", 2}});
  const std::vector<float> p = {1.0F, 0.0F, 0.0F, 1.0F};
  const Rows rows = draw(domain, 2, p, 1000, 3);
  std::size_t changes = 0;
  for (std::size_t k = 1; k < rows.size(); ++k) changes += rows[k] != rows[k - 1] ? 1 : 0;
  EXPECT_GT(changes, 400U);
  EXPECT_LT(changes, 600U);
}

}  // namespace
}  // namespace fedloom::model
