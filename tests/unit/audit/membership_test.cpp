// Attacks must find a generator that copies its rows, and nothing in rows that come from elsewhere.
#include "fedloom/audit/membership.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/error.hpp"
#include "fedloom/base/public_stream.hpp"

namespace fedloom::audit {
namespace {

constexpr std::size_t columns = 8;
const schema::Domain domain({{"a", 6}, {"b", 6}, {"c", 6}, {"d", 6}, {"e", 6}, {"f", 6}, {"g", 6}, {"h", 6}});

/// Rows of one population: each column is likely to repeat the one before it.
data::Table people(std::size_t rows, std::uint64_t seed) {
  data::Table table(domain);
  PublicStream stream(seed, "people");
  std::vector<std::uint32_t> row(columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t a = 0; a < columns; ++a) {
      const bool repeats = a > 0 && stream.uniform() < 0.4;
      row[a] = repeats ? row[a - 1] : static_cast<std::uint32_t>(stream.below(6));
    }
    table.append(row);
  }
  return table;
}

const MembershipOptions options{.most_rows = 600, .seed = 3};

TEST(AttackRows, FindNothingInRowsOfOtherPeople) {
  const auto report = attack_rows(people(800, 1), people(1600, 2), people(2000, 3), options);
  ASSERT_EQ(report.attacks.size(), 2U);
  for (const auto& attack : report.attacks) {
    EXPECT_LT(attack.auc_low, 0.5 + 0.05) << attack.name;
    EXPECT_GT(attack.auc_high, 0.5 - 0.05) << attack.name;
    EXPECT_LT(attack.epsilon_lower, 0.3) << attack.name;
  }
  EXPECT_LT(report.memorisation.exact_difference_low, 0.02);
}

TEST(AttackRows, FindAGeneratorThatCopiesItsRows) {
  const auto members = people(800, 1);
  data::Table copied(domain);
  copied.append(members);
  copied.append(people(200, 9));
  const auto report = attack_rows(members, people(1600, 2), copied, options);
  EXPECT_GT(report.attacks[1].auc_low, 0.9) << report.attacks[1].name;
  EXPECT_GT(report.attacks[1].epsilon_lower, 1);
  EXPECT_EQ(report.memorisation.members.exact, 1);
  EXPECT_GT(report.memorisation.exact_difference_low, 0.5);
}

TEST(AttackRows, TellWhenTheHoldOutIsOfAnotherKind) {
  EXPECT_LT(attack_rows(people(800, 1), people(1600, 2), people(900, 3), options).populations.auc_low, 0.52);
  data::Table unlike(domain);
  PublicStream stream(7, "others");
  std::vector<std::uint32_t> row(columns);
  for (std::size_t i = 0; i < 1600; ++i) {
    for (auto& code : row) code = static_cast<std::uint32_t>(stream.below(3));
    unlike.append(row);
  }
  const auto report = attack_rows(people(800, 1), unlike, people(900, 3), options);
  EXPECT_TRUE(report.populations.auc_low > 0.6 || report.populations.auc_high < 0.4);
}

TEST(AttackRows, GiveTheSameReportForTheSameInputs) {
  const auto one = attack_rows(people(300, 1), people(600, 2), people(500, 3), options);
  const auto other = attack_rows(people(300, 1), people(600, 2), people(500, 3), options);
  EXPECT_EQ(one.attacks[0].auc, other.attacks[0].auc);
  EXPECT_EQ(one.attacks[1].auc, other.attacks[1].auc);
}

TEST(AttackRows, RefuseTablesThatAreTooSmallOrUnlike) {
  EXPECT_THROW(attack_rows(people(30, 1), people(600, 2), people(500, 3), options), DataError);
  EXPECT_THROW(attack_rows(people(300, 1), people(30, 2), people(500, 3), options), DataError);
  EXPECT_THROW(attack_rows(people(300, 1), people(600, 2), people(30, 3), options), DataError);
  const data::Table unlike(schema::Domain({{"a", 6}}));
  EXPECT_THROW(attack_rows(people(300, 1), people(600, 2), unlike, options), std::invalid_argument);
}

TEST(AreaUnderRoc, CountsPairsAndHalvesTies) {
  EXPECT_EQ(area_under_roc({3, 2}, {1, 0}), 1);
  EXPECT_EQ(area_under_roc({0, 1}, {2, 3}), 0);
  EXPECT_EQ(area_under_roc({1, 1}, {1, 1}), 0.5);
  EXPECT_EQ(area_under_roc({2, 0}, {1}), 0.5);
}

}  // namespace
}  // namespace fedloom::audit
