#include "fedloom/data/table.hpp"

#include <gtest/gtest.h>

namespace fedloom::data {
namespace {

TEST(Table, KeepsColumnsAsNarrowAsTheDomainAllows) {
  const Table table(schema::Domain({{"a", 256}, {"b", 257}, {"c", 65536}, {"d", 65537}}));
  EXPECT_TRUE(std::holds_alternative<std::vector<std::uint8_t>>(table.column(0)));
  EXPECT_TRUE(std::holds_alternative<std::vector<std::uint16_t>>(table.column(1)));
  EXPECT_TRUE(std::holds_alternative<std::vector<std::uint16_t>>(table.column(2)));
  EXPECT_TRUE(std::holds_alternative<std::vector<std::uint32_t>>(table.column(3)));
}

TEST(Table, HoldsTheCodesThatWereAppended) {
  Table table(schema::Domain({{"a", 256}, {"b", 70000}}));
  table.reserve(2);
  table.append(std::vector<std::uint32_t>{255, 69999});
  table.append(std::vector<std::uint32_t>{0, 1});
  EXPECT_EQ(table.rows(), 2u);
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(table.column(0)), (std::vector<std::uint8_t>{255, 0}));
  EXPECT_EQ(std::get<std::vector<std::uint32_t>>(table.column(1)), (std::vector<std::uint32_t>{69999, 1}));
}

TEST(TableDeathTest, AbortsOnACodeOutsideItsDomainAndOnARowOfAnotherLength) {
  Table table(schema::Domain({{"a", 3}}));
  EXPECT_DEATH(table.append(std::vector<std::uint32_t>{3}), "");
  EXPECT_DEATH(table.append(std::vector<std::uint32_t>{0, 0}), "");
}

TEST(Table, RecodedHoldsTheBinsAndSharesWhatKeepsItsCodes) {
  Table table(schema::Domain({{"a", 300}, {"b", 2}}));
  table.append(std::vector<std::uint32_t>{299, 1});
  table.append(std::vector<std::uint32_t>{7, 0});
  std::vector<std::uint32_t> bin_of(300, 0);
  bin_of[299] = 1;
  const Table coarse = table.recoded(schema::Coarsening({{0, bin_of}}));
  EXPECT_EQ(coarse.domain(), schema::Domain({{"a", 2}, {"b", 2}}));
  EXPECT_EQ(coarse.rows(), 2u);
  EXPECT_EQ(std::get<std::vector<std::uint8_t>>(coarse.column(0)), (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(&coarse.column(1), &table.column(1));
}

TEST(TableDeathTest, ATableThatSharesColumnsDoesNotGrow) {
  Table table(schema::Domain({{"a", 3}}));
  table.append(std::vector<std::uint32_t>{1});
  Table coarse = table.recoded({});
  EXPECT_DEATH(table.append(std::vector<std::uint32_t>{1}), "broken invariant");
  EXPECT_DEATH(coarse.append(std::vector<std::uint32_t>{1}), "broken invariant");
}

}  // namespace
}  // namespace fedloom::data
