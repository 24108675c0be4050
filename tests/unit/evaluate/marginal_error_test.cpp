#include "fedloom/evaluate/marginal_error.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "fedloom/base/error.hpp"

namespace fedloom::evaluate {
namespace {

using schema::Domain;
using Row = std::array<std::uint32_t, 4>;

/// "wide" makes some marginals larger than 4·rows + 1024 cells, which are counted sparsely.
Domain domain() { return Domain({{"a", 3}, {"b", 3}, {"c", 4}, {"wide", 300}}); }

data::Table table_of(const std::vector<Row>& rows, const Domain& over = domain()) {
  data::Table table(over);
  for (const auto& row : rows) table.append(row);
  return table;
}

const std::vector<Row> real_rows{{0, 1, 2, 0}, {1, 1, 0, 299}, {2, 0, 1, 5}, {0, 0, 2, 5}, {0, 1, 2, 17}};
const std::vector<Row> synthetic_rows{{0, 1, 2, 0}, {1, 0, 0, 299}, {2, 2, 1, 5}};

TEST(MarginalErrors, AreThoseOfTheReferenceScorer) {
  // Computed by an independent program in Python for these eight rows.
  const auto errors = marginal_errors(table_of(real_rows), table_of(synthetic_rows), 3, 1);
  ASSERT_EQ(errors.size(), 3U);
  EXPECT_EQ(errors[0].marginals, 4U);
  EXPECT_NEAR(errors[0].mean, 0.566667, 1e-6);
  EXPECT_NEAR(errors[0].worst, 0.666667, 1e-6);
  EXPECT_EQ(errors[1].marginals, 6U);
  EXPECT_NEAR(errors[1].mean, 1.066667, 1e-6);
  EXPECT_NEAR(errors[1].worst, 1.6, 1e-6);
  EXPECT_EQ(errors[2].marginals, 4U);
  EXPECT_NEAR(errors[2].mean, 1.333333, 1e-6);
  EXPECT_NEAR(errors[2].worst, 1.6, 1e-6);
}

TEST(MarginalErrors, NameTheWorstMarginal) {
  const auto errors = marginal_errors(table_of(real_rows), table_of(synthetic_rows), 2, 1);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[1].degree, 2U);
  EXPECT_EQ(errors[1].worst_marginal, (schema::Marginal{1, 3}));
}

TEST(MarginalErrors, OfATableWithItselfTwiceOverAreZero) {
  auto twice = real_rows;
  twice.insert(twice.end(), real_rows.begin(), real_rows.end());
  for (const auto& error : marginal_errors(table_of(real_rows), table_of(twice), 3, 2)) {
    EXPECT_NEAR(error.mean, 0, 1e-12);
    EXPECT_NEAR(error.worst, 0, 1e-12);
  }
}

TEST(MarginalErrors, OfDisjointTablesAreTwo) {
  for (const auto& error : marginal_errors(table_of({{0, 0, 0, 0}}), table_of({{1, 1, 1, 1}}), 3)) {
    EXPECT_DOUBLE_EQ(error.mean, 2);
    EXPECT_DOUBLE_EQ(error.worst, 2);
  }
}

TEST(MarginalErrors, SparseAndDenseCountingAgree) {
  // The same codes in a domain so wide that every marginal is sparse.
  const Domain wide({{"a", 2'000'000}, {"b", 2'000'000}, {"c", 2'000'000}, {"wide", 300'000}});
  const Domain narrow({{"a", 3}, {"b", 3}, {"c", 4}, {"wide", 301}});
  const auto sparse = marginal_errors(table_of(real_rows, wide), table_of(synthetic_rows, wide), 2);
  const auto dense = marginal_errors(table_of(real_rows, narrow), table_of(synthetic_rows, narrow), 2);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_NEAR(sparse[k].mean, dense[k].mean, 1e-12);
    EXPECT_NEAR(sparse[k].worst, dense[k].worst, 1e-12);
    EXPECT_EQ(sparse[k].worst_marginal, dense[k].worst_marginal);
  }
}

TEST(MarginalErrors, StopAtTheDegreeThatTheDomainHas) {
  data::Table pair(Domain({{"a", 2}, {"b", 2}}));
  pair.append(std::array<std::uint32_t, 2>{0, 1});
  EXPECT_EQ(marginal_errors(pair, pair, 3).size(), 2U);
}

TEST(MarginalErrors, OfATableWithoutRowsAreRefused) {
  EXPECT_THROW(marginal_errors(table_of(real_rows), table_of({}), 3), DataError);
  EXPECT_THROW(marginal_errors(table_of({}), table_of(real_rows), 3), DataError);
}

TEST(MarginalErrors, OfDifferentDomainsAreRefused) {
  const Domain other({{"a", 3}, {"b", 3}, {"c", 4}, {"wide", 301}});
  EXPECT_THROW(marginal_errors(table_of(real_rows), table_of(synthetic_rows, other), 3), std::invalid_argument);
}

}  // namespace
}  // namespace fedloom::evaluate
