// What a site's books say of exact totals for a trusted curator: paid for once a run, each total opened once.

#include <cmath>

#include "fedloom/privacy/accountant.hpp"
#include "fedloom/privacy/public_spend.hpp"
#include "ledger_fixture.hpp"

namespace fedloom::privacy {
namespace {

const CuratorEvent quarter{.rho_num = 1, .rho_shift = 2};
constexpr OpenedEvent total{};
constexpr OpenedEvent first{.degree = 1, .attributes = {4}};
constexpr OpenedEvent pair{.degree = 2, .attributes = {1, 4}};

LedgerEntry entry(const char* kind, std::uint32_t round, std::vector<Event> events) {
  return {.run = "run-1", .kind = kind, .round = round, .stage = "exact", .events = std::move(events)};
}

TEST(CuratorEvent, HoldsAnyRhoOfARunToTheLastBit) {
  for (const double rho : {1.0, 0.25, 1e-3, 0.1, 3.7e-7, 123.456, 9.0e15}) {
    EXPECT_EQ(privacy::rho(curator_event({rho})).value, rho);
  }
  EXPECT_EQ(privacy::rho(curator_event({0})).value, 0);
  EXPECT_LE(privacy::rho(curator_event({1e-60})).value, 1e-60) << "never more than was given";
}

TEST(CuratorEvent, CostsItsRhoAtEveryOrder) {
  EXPECT_EQ(rho(quarter).value, 0.25);
  EXPECT_EQ(renyi(quarter, 3), 0.75);
  EXPECT_EQ(rho(pair).value, 0);
  EXPECT_EQ(renyi(pair, 3), 0);
}

TEST(Handover, IsACuratorsRhoAndWhatWasOpenedAndNothingElse) {
  EXPECT_TRUE(is_handover(std::vector<Event>{quarter, total, pair}));
  EXPECT_FALSE(is_handover(std::vector<Event>{quarter}));
  EXPECT_FALSE(is_handover(std::vector<Event>{pair}));
  EXPECT_FALSE(is_handover(std::vector<Event>{pair, quarter}));
  EXPECT_FALSE(is_handover(std::vector<Event>{quarter, pair, ExponentialEvent{}}));
  EXPECT_FALSE(is_handover({}));
}

class HandoverBooks : public LedgerFixture {
 protected:
  std::variant<Spend, OverBudget> hand(std::uint32_t round, std::vector<Event> opened, const char* run = "run-1",
                                       std::uint32_t attempt = 0) {
    Ledger ledger(folder(), key_, test::fixed_timestamp);
    Accountant accountant(ledger, run, {.per_run = {0.25}});
    opened.insert(opened.begin(), quarter);
    return accountant.spend({.round = round, .attempt = attempt, .stage = "exact", .events = std::move(opened)});
  }
  std::vector<LedgerEntry> entries() const { return verify_ledger(folder(), key_.public_key(), {}).entries; }
};

TEST_F(HandoverBooks, AreChargedTheWholeRunWithTheFirstTotalsAndNothingForMore) {
  ASSERT_TRUE(std::holds_alternative<Spend>(hand(1, {total, first})));
  ASSERT_TRUE(std::holds_alternative<Spend>(hand(2, {pair})));
  ASSERT_EQ(entries().size(), 2U);
  EXPECT_EQ(entries()[0].kind, "spend");
  EXPECT_EQ(entries()[0].cost.value, 0.25);
  EXPECT_EQ(entries()[1].kind, "within");
  EXPECT_EQ(entries()[1].cost.value, 0);
  EXPECT_EQ(verify_ledger(folder(), key_.public_key(), {}).total.rho().value, 0.25);
}

TEST_F(HandoverBooks, AreChargedAgainInAnotherRun) {
  ASSERT_TRUE(std::holds_alternative<Spend>(hand(1, {total})));
  ASSERT_TRUE(std::holds_alternative<Spend>(hand(1, {total}, "run-2")));
  EXPECT_EQ(entries()[1].kind, "spend");
}

TEST_F(HandoverBooks, DoNotOpenATotalTwiceInARun) {
  ASSERT_TRUE(std::holds_alternative<Spend>(hand(1, {total, pair})));
  EXPECT_THROW(hand(2, {first, pair}), LedgerError);
  EXPECT_THROW(hand(2, {first, first}), LedgerError);
  EXPECT_EQ(entries().size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Spend>(hand(2, {first})));
  EXPECT_TRUE(std::holds_alternative<Spend>(hand(1, {total, pair}, "run-1", 1))) << "the same round, after a crash";
  EXPECT_EQ(entries().back().kind, "reuse");
}

TEST_F(HandoverBooks, OfAnEntryThatNothingHasPaidForAreDamage) {
  {
    Ledger ledger(folder(), key_, test::fixed_timestamp);
    ledger.append(entry("within", 1, {quarter, pair}));
  }
  EXPECT_NE(complaint().find("nothing before has paid for it"), std::string::npos) << complaint();
  EXPECT_FALSE(opens());
}

TEST_F(HandoverBooks, OfAnEntryPaidForWithLessAreDamage) {
  {
    Ledger ledger(folder(), key_, test::fixed_timestamp);
    ledger.append(entry("spend", 1, {CuratorEvent{.rho_num = 1, .rho_shift = 3}, first}));
    ledger.append(entry("within", 2, {quarter, pair}));
  }
  EXPECT_NE(complaint().find("nothing before has paid for it"), std::string::npos) << complaint();
}

TEST(PublicHandover, ComesBackAsItWasAndAddsNothingToWhatWasReleased) {
  const std::vector<PublicSpend> spends{
      {.round = 1, .kind = "handed", .stage = "exact", .events = {quarter, total, first, pair}},
      {.round = 1, .kind = "spend", .stage = "select", .events = {ExponentialEvent{.epsilon_num = 1}}}};
  ByteWriter out;
  write(out, spends);
  const Bytes bytes = std::move(out).take();
  ByteReader in(bytes);
  EXPECT_EQ(read_public_spends(in), spends);
  EXPECT_TRUE(in.finished());
  EXPECT_EQ(cost_of(spends).value, 0.125);
}

TEST(PublicHandover, IsNeverListedAsASpendNorASpendAsAHandover) {
  const std::vector<Event> events[] = {{quarter, pair}, {quarter}, {pair}};
  for (const auto& wrong : events) {
    EXPECT_NE(fault_of({{.round = 1, .kind = "spend", .stage = "exact", .events = wrong}}), "");
  }
  EXPECT_NE(fault_of({{.round = 1, .kind = "handed", .events = {ExponentialEvent{.epsilon_num = 1}}}}), "");
  EXPECT_NE(fault_of({{.round = 1, .kind = "handed", .events = {quarter}}}), "");
}

TEST(PublicHandover, OpensOnlyMarginalsThatCanBe) {
  const OpenedEvent wrong[] = {{.degree = 2, .attributes = {4, 1}},
                               {.degree = 2, .attributes = {1, 1}},
                               {.degree = 1, .attributes = {1, 4}},
                               {.degree = 4}};
  for (const auto& opened : wrong) {
    EXPECT_NE(fault_of({{.round = 1, .kind = "handed", .events = {quarter, opened}}}), "");
  }
}

}  // namespace
}  // namespace fedloom::privacy
