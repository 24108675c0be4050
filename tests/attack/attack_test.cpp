// A lying coordinator against real sites: every lie of the tables ends in a signed no that names it.

#include <gtest/gtest.h>

#include "attacks.hpp"
#include "verdict.hpp"

namespace fedloom::test {

namespace {

void expect_refused(const Liar& liar, const Attack& attack) {
  SCOPED_TRACE(attack.name);
  const auto site = replay(liar, attack.at);
  const std::size_t prepared = site->prepared();
  const auto said = site->give(attack.lie(liar, liar.told[0][attack.at]));
  ASSERT_EQ(fault_of_refusal(*site, said, liar.world), "");
  EXPECT_EQ(std::get<secagg::Refuse>(said.front()).code, attack.code) << site->aborted()->reason;
  EXPECT_NE(site->aborted()->reason.find(attack.word), std::string::npos) << site->aborted()->reason;
  EXPECT_EQ(site->prepared(), prepared) << "it counted and paid for a lie";
  EXPECT_TRUE(site->give(liar.told[0][attack.at]).empty()) << "it goes on with the genuine message after its no";
}

class Lies : public testing::Test {
 protected:
  static void SetUpTestSuite() { liar = new Liar(play_with_recovery()); }
  static void TearDownTestSuite() {
    delete liar;
    liar = nullptr;
  }
  static void expect_all_refused(const std::vector<Attack>& attacks) {
    ASSERT_FALSE(attacks.empty());
    for (const Attack& attack : attacks) expect_refused(*liar, attack);
  }
  static inline Liar* liar = nullptr;
};

TEST_F(Lies, TheSceneThatIsLiedAboutIsGenuine) {
  ASSERT_EQ(liar->told[0].size(), with_recovery.close + 1);
  for (std::size_t place = 0; place < liar->sites.size(); ++place) {
    EXPECT_TRUE(liar->sites[place]->finished());
    EXPECT_EQ(liar->sites[place]->breach(), "");
    EXPECT_EQ(liar->sites[place]->prepared(), 3u);
  }
  const auto again = replay(*liar, liar->told[0].size());
  EXPECT_TRUE(again->finished());
}

TEST_F(Lies, WhenASessionIsOpenedAreRefused) { expect_all_refused(session_attacks()); }
TEST_F(Lies, InTheKeyListAreRefused) { expect_all_refused(key_list_attacks()); }
TEST_F(Lies, InThePlanAreRefused) { expect_all_refused(plan_attacks()); }
TEST_F(Lies, InTheDealAreRefused) { expect_all_refused(deal_attacks()); }
TEST_F(Lies, AboutTheSurvivorsAreRefused) { expect_all_refused(agreement_attacks()); }
TEST_F(Lies, AtTheEndAreRefused) { expect_all_refused(closing_attacks()); }

TEST(LiesToAllOrNothing, AreRefused) {
  const Liar liar = play_all_or_nothing();
  for (const auto& site : liar.sites) ASSERT_TRUE(site->finished());
  for (const Attack& attack : all_or_nothing_attacks()) expect_refused(liar, attack);
}

TEST_F(Lies, AQuorumThatIsLoweredIsAnotherExperiment) {
  // A site's threshold is its own: no message carries one, and the configuration's hash covers it.
  Quorum lowered = against_liars(5, 2);
  EXPECT_THROW(Victim(World(lowered), 0), std::invalid_argument);
}

TEST_F(Lies, AStoppedRunIsNoAcknowledgementOfASmallerLedger) {
  // A site signs the end of a stopped run whatever its ledger says: that signature must not pass for the other.
  auto small = std::get<secagg::CloseRun>(liar->told[0][with_recovery.close]);
  small.public_ledger.clear();
  small.finished = false;
  const auto site = replay(*liar, with_recovery.close);
  const auto said = site->give(small);
  ASSERT_EQ(said.size(), 1u);
  const auto& goodbye = std::get<secagg::Goodbye>(said.front());
  const Digest ledger = privacy::public_ledger_hash(small.public_ledger);
  EXPECT_EQ(goodbye.closing, secagg::closing_hash(small.heads, ledger, false));
  EXPECT_NE(goodbye.closing, secagg::closing_hash(small.heads, ledger, true));
}

}  // namespace
}  // namespace fedloom::test
