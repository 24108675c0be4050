#include "fedloom/privacy/accountant.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/error.hpp"
#include "support/manual_clock.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::privacy {
namespace {

Event costing(std::uint64_t sixteenths) {  // ρ = sixteenths/16, exactly
  return GaussianEvent{.sensitivity = {sixteenths}, .site_noise = {.variance_num = 8}, .dimension = 4};
}

class AccountantTest : public testing::Test {
 protected:
  SpendRequest request(std::uint32_t round, std::uint64_t sixteenths) {
    return {.round = round, .stage = "two-way", .events = {costing(sixteenths)}};
  }
  static bool granted(const std::variant<Spend, OverBudget>& outcome) { return std::holds_alternative<Spend>(outcome); }

  test::TempFolder folder_;
  SigningKey key_ = SigningKey::generate();
  Ledger ledger_{folder_.path() / "ledger", key_, test::fixed_timestamp};
};

TEST_F(AccountantTest, books_before_it_gives_the_token) {
  Accountant accountant(ledger_, "run-1", {.per_run = {1}});
  auto outcome = accountant.spend(request(3, 4));
  ASSERT_TRUE(granted(outcome));
  EXPECT_EQ(std::get<Spend>(outcome).use(), std::vector<Event>{costing(4)});
  const LedgerReport report = verify_ledger(folder_.path() / "ledger", key_.public_key(), {});
  ASSERT_EQ(report.entries.size(), 1U);
  EXPECT_EQ(report.entries[0].run, "run-1");
  EXPECT_EQ(report.entries[0].kind, "spend");
  EXPECT_EQ(report.entries[0].round, 3U);
  EXPECT_EQ(report.entries[0].events, std::vector<Event>{costing(4)});
  EXPECT_EQ(report.entries[0].cost.value, 0.25);
  EXPECT_EQ(accountant.spent_in_run().value, 0.25);
  EXPECT_EQ(accountant.left_in_run().value, 0.75);
}

TEST_F(AccountantTest, spends_the_budget_to_the_last_bit_and_not_one_bit_more) {
  Accountant accountant(ledger_, "run-1", {.per_run = {1}});
  EXPECT_TRUE(granted(accountant.spend(request(0, 15))));
  const Event hair = ExponentialEvent{.epsilon_num = 1, .epsilon_shift = 40};
  EXPECT_TRUE(granted(accountant.spend(request(1, 1))));
  EXPECT_EQ(accountant.left_in_run().value, 0);
  EXPECT_FALSE(granted(accountant.spend({.round = 2, .stage = "select", .events = {hair}})));
}

TEST_F(AccountantTest, refuses_a_run_over_its_budget_without_booking) {
  Accountant accountant(ledger_, "run-1", {.per_run = {0.5}, .lifetime = Rho{10}});
  ASSERT_TRUE(granted(accountant.spend(request(0, 6))));
  const LedgerHead before = ledger_.head();
  const auto outcome = accountant.spend(request(1, 3));
  ASSERT_FALSE(granted(outcome));
  const auto& refusal = std::get<OverBudget>(outcome);
  EXPECT_EQ(refusal.which, OverBudget::Which::run);
  EXPECT_EQ(refusal.asked.value, 3.0 / 16);
  EXPECT_EQ(refusal.left.value, 0.125);
  EXPECT_EQ(ledger_.head(), before);
  EXPECT_TRUE(granted(accountant.spend(request(1, 2)))) << "a refusal costs nothing";
}

TEST_F(AccountantTest, counts_earlier_runs_against_the_lifetime_without_booking) {
  Accountant first(ledger_, "run-1", {.per_run = {1}, .lifetime = Rho{1.25}});
  ASSERT_TRUE(granted(first.spend(request(0, 16))));
  Accountant second(ledger_, "run-2", {.per_run = {1}, .lifetime = Rho{1.25}});
  EXPECT_EQ(second.spent_in_run().value, 0);
  const auto outcome = second.spend(request(0, 5));
  ASSERT_FALSE(granted(outcome));
  EXPECT_EQ(std::get<OverBudget>(outcome).which, OverBudget::Which::lifetime);
  EXPECT_EQ(std::get<OverBudget>(outcome).left.value, 0.25);
  EXPECT_EQ(ledger_.entries().size(), 1U);
  EXPECT_TRUE(granted(second.spend(request(0, 4))));
}

TEST_F(AccountantTest, a_resumed_run_knows_what_it_spent) {
  { ASSERT_TRUE(granted(Accountant(ledger_, "run-1", {.per_run = {1}}).spend(request(0, 12)))); }
  Accountant resumed(ledger_, "run-1", {.per_run = {1}});
  EXPECT_EQ(resumed.spent_in_run().value, 0.75);
  EXPECT_FALSE(granted(resumed.spend(request(1, 5))));
}

TEST_F(AccountantTest, asking_twice_for_one_attempt_is_an_error) {
  Accountant accountant(ledger_, "run-1", {.per_run = {1}});
  ASSERT_TRUE(granted(accountant.spend(request(2, 1))));
  EXPECT_THROW(accountant.spend(request(2, 1)), LedgerError);
  SpendRequest again = request(2, 1);
  again.attempt = 1;
  EXPECT_TRUE(granted(accountant.spend(again)));
  EXPECT_TRUE(granted(Accountant(ledger_, "run-2", {.per_run = {1}}).spend(request(2, 1))));
}

TEST_F(AccountantTest, a_stored_share_sealed_again_costs_nothing) {
  Accountant accountant(ledger_, "run-1", {.per_run = {1}});
  ASSERT_TRUE(granted(accountant.spend(request(0, 16))));
  ledger_.append({.run = "run-1", .kind = "reuse", .round = 0, .attempt = 1, .events = {costing(16)}});
  EXPECT_EQ(ledger_.entries().back().cost.value, 0);
  EXPECT_EQ(Accountant(ledger_, "run-1", {.per_run = {1}}).spent_in_run().value, 1);
}

using AccountantDeathTest = AccountantTest;

TEST_F(AccountantDeathTest, a_token_used_twice_aborts) {
  Accountant accountant(ledger_, "run-1", {.per_run = {1}});
  auto outcome = accountant.spend(request(0, 1));
  auto& token = std::get<Spend>(outcome);
  token.use();
  EXPECT_DEATH(token.use(), "broken invariant");
}

TEST_F(AccountantDeathTest, a_token_that_was_moved_from_aborts) {
  Accountant accountant(ledger_, "run-1", {.per_run = {1}});
  auto outcome = accountant.spend(request(0, 1));
  auto& token = std::get<Spend>(outcome);
  Spend taken = std::move(token);
  EXPECT_DEATH(token.use(), "broken invariant");
  EXPECT_EQ(taken.use().size(), 1U);
}

}  // namespace
}  // namespace fedloom::privacy
