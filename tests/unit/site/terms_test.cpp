#include "fedloom/site/terms.hpp"

#include <gtest/gtest.h>

#include "support/site_world.hpp"

namespace fedloom::test {
namespace {

std::string text_of(const std::vector<site::Term>& terms, const std::string& name) {
  for (const auto& term : terms) {
    if (term.name == name) return term.text;
  }
  return "no " + name;
}

TEST(Thresholds, AreSaidInWords) {
  EXPECT_EQ(site::in_words({5, 2, 1, Coordinator::curious}),
            "any 2 of the other sites together with the coordinator learn nothing but noisy totals of at least 2 sites "
            "as long as the coordinator keeps to the protocol; the run goes on when up to 1 of 5 sites is lost");
  EXPECT_EQ(
      site::in_words({10, 2, 3, Coordinator::malicious}),
      "any 2 of the other sites together with the coordinator, even one that lies, learn nothing but noisy totals "
      "of at least 5 sites; the run goes on when up to 3 of 10 sites are lost");
}

TEST(Thresholds, WithoutDropoutsSayThatTheRunEnds) {
  const std::string words = site::in_words({3, 1, 0, Coordinator::curious});
  EXPECT_EQ(words.find("any other site together with the coordinator learns nothing but noisy totals of at least 2"),
            0u)
      << words;
  EXPECT_NE(words.find("the run ends when one of the 3 sites is lost"), std::string::npos) << words;
}

TEST(Thresholds, ThatLeaveThisSiteAloneSaySo) {
  const std::string words = site::in_words({3, 1, 1, Coordinator::curious});
  EXPECT_NE(words.find("nothing but this site's answers under enough noise"), std::string::npos) << words;
}

TEST(Terms, NameAllThatACustodianDecidesOn) {
  SiteWorld world;
  const auto terms = site::terms_of(world.policies[0], world.experiment);
  EXPECT_EQ(text_of(terms, "columns"), "a, b, c");
  EXPECT_EQ(text_of(terms, "unit"), "one row");
  EXPECT_EQ(text_of(terms, "budget"), "epsilon 1 at delta 1e-09 for the whole run");
  EXPECT_EQ(text_of(terms, "trust").substr(0, 5), "none:");
  EXPECT_EQ(text_of(terms, "sites"), "3: site0, site1, site2");
  EXPECT_EQ(text_of(terms, "roster"), "fingerprint " + to_hex(world.experiment.roster->fingerprint()));
  EXPECT_EQ(text_of(terms, "secrecy"), site::in_words({3, 1, 0, Coordinator::curious}));
}

TEST(Terms, OfOneOwnerNameNoSites) {
  SiteWorld world;
  world.experiment.privacy.trust = config::Trust::central;
  world.experiment.roster.reset();
  const auto terms = site::terms_of(world.policies[0], world.experiment);
  EXPECT_EQ(text_of(terms, "sites"), "no sites");
  EXPECT_EQ(text_of(terms, "trust").substr(0, 8), "central:");
}

TEST(Terms, SayHowManyRowsOfOneEntityCount) {
  SiteWorld world;
  world.policies[0].unit_column = "person";
  world.policies[0].unit_order = "visit";
  world.policies[0].max_rows = 3;
  world.policies[0].max_sites = 2;
  EXPECT_EQ(text_of(site::terms_of(world.policies[0], world.experiment), "unit"),
            "all rows with the same person: the first 3 rows count, in the order of visit, at up to 2 sites");
}

class LifetimeWords : public ::testing::Test {
 protected:
  SiteWorld world_;
  const config::SitePolicy& policy_ = world_.policies[0];  ///< epsilon 1 a run, 1.5 for life
};

TEST_F(LifetimeWords, BeforeTheFirstRunSayThatNothingIsSpent) {
  EXPECT_EQ(site::spent_in_words(policy_, {0}), "nothing spent yet on data set set0");
  EXPECT_EQ(site::left_in_words(policy_, {0}).substr(0, 35), "100 % of the lifetime budget left (");
  EXPECT_NE(site::left_in_words(policy_, {0}).find("which pays for epsilon 1.5 more"), std::string::npos);
}

TEST_F(LifetimeWords, AfterARunSayWhatIsLeft) {
  const auto run = privacy::rho_of({1.0}, policy_.allow.delta);
  EXPECT_EQ(site::spent_in_words(policy_, run), "spent so far on data set set0: epsilon 1 of 1.5 at delta 1e-09");
  const double lifetime = privacy::rho_of({1.5}, policy_.allow.delta).value;
  const std::string left = site::left_in_words(policy_, run);
  EXPECT_NEAR(std::stod(left), 100 * (1 - run.value / lifetime), 0.05) << left;
  EXPECT_EQ(site::left_in_words(policy_, world_.experiment, {.all = {0}, .by_run = {0}}), left)
      << "what is left after a run is what is left when it has spent all it may";
  EXPECT_EQ(site::left_in_words(policy_, world_.experiment, {.all = run, .by_run = run}), left)
      << "a run that has paid already pays no more";
}

TEST_F(LifetimeWords, SayThatNothingIsLeft) {
  EXPECT_EQ(site::left_in_words(policy_, privacy::rho_of({1.5}, policy_.allow.delta)), "nothing left for life");
}

TEST_F(LifetimeWords, OfPublicDataSayThatThereIsNoLimit) {
  world_.policies[0].data_class = config::DataClass::public_data;
  EXPECT_EQ(site::left_in_words(policy_, {5}), "public data: no lifetime budget");
}

}  // namespace
}  // namespace fedloom::test
