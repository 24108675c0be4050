#include "validity.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fedloom::evaluate {
namespace {

using Broken = std::vector<std::size_t>;

schema::Schema ruled_schema() {
  const schema::Binned number{true, {0, 10, 20}};
  const schema::Schema plain({{"start", number},
                              {"end", number},
                              {"sex", schema::Categorical{{"f", "m"}}},
                              {"child", schema::Categorical{{"no", "yes"}}}},
                             {});
  return plain.constrained({{schema::Less{.low = 0, .high = 1, .strict = true}, "start < end"},
                            {schema::Never{{{2, {1}}, {3, {1}}}}, "no m with yes"}});
}

Rows rows_of(const std::vector<std::array<std::uint32_t, 4>>& codes, std::vector<double> start,
             std::vector<double> end) {
  Rows rows{"r", data::Table(ruled_schema().domain()), {}};
  for (const auto& row : codes) rows.codes.append(row);
  rows.numbers = {std::move(start), std::move(end), {}, {}};
  return rows;
}

TEST(BrokenRows, AreCountedForEachRuleByTheirCodes) {
  const auto rows = rows_of({{1, 0, 0, 0}, {0, 1, 1, 1}, {0, 1, 1, 0}}, {}, {});
  EXPECT_EQ(broken_rows(rows, ruled_schema()), (Broken{1, 1}));
}

TEST(BrokenRows, AreFoundWithinABinByTheirNumbers) {
  const auto rows = rows_of({{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}, {3, 5, 7}, {4, 5, 6});
  EXPECT_EQ(broken_rows(rows, ruled_schema()), (Broken{2, 0}));
}

TEST(BrokenRows, AreNoneWhereANumberIsMissing) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(broken_rows(rows_of({{0, 0, 0, 0}}, {none}, {1}), ruled_schema()), (Broken{0, 0}));
}

}  // namespace
}  // namespace fedloom::evaluate
