#include "fedloom/coordinator/public_ledger.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"
#include "unit/coordinator/books.hpp"

namespace fedloom::coordinator {
namespace {

using config::Trust;
using test::Books;

class PublicLedgerOf : public testing::TestWithParam<Trust> {
 protected:
  /// The sentence that verification ends with; empty when it finds nothing.
  std::string found(const config::Experiment& experiment) const {
    try {
      verify_public_ledger(file_, experiment);
    } catch (const LedgerError& error) {
      return error.what();
    }
    return "";
  }
  std::string found() const { return found(books_.experiment); }
  /// In a new file without fsync: some file systems flush one that is cut and written again.
  std::string found_in(std::string_view text) const {
    std::filesystem::remove(file_);
    std::ofstream(file_, std::ios::binary) << text;
    return found();
  }

  fedloom::test::TempFolder folder_;
  std::filesystem::path file_ = folder_ / "ledger.json";
  Books books_{GetParam()};
};

TEST_P(PublicLedgerOf, GivesBackWhatWasWritten) {
  books_.write(file_);
  const PublicLedger ledger = verify_public_ledger(file_, books_.experiment);
  EXPECT_EQ(ledger.run_id, "run-1");
  EXPECT_EQ(spends_to_json(ledger.spends), spends_to_json(books_.spends));
  EXPECT_EQ(ledger.sites, GetParam() == Trust::none ? std::vector<std::string>({"a", "b", "c"})
                                                    : std::vector<std::string>({"owner"}));
  ASSERT_EQ(ledger.heads.size(), books_.books.heads.size());
  for (std::size_t i = 0; i < ledger.heads.size(); ++i) {
    EXPECT_EQ(ledger.heads[i].key, books_.books.heads[i].key);
    EXPECT_EQ(ledger.heads[i].head, books_.books.heads[i].head);
  }
}

TEST_P(PublicLedgerOf, TotalsWhatWasPaidOrLostButNotWhatWasReused) {
  books_.write(file_);
  privacy::Curve paid;
  for (const std::size_t index : {0U, 2U}) {
    for (const auto& event : books_.spends[index].events) paid.add(event);
  }
  EXPECT_GT(paid.rho().value, 0.0);
  EXPECT_EQ(verify_public_ledger(file_, books_.experiment).total.rho(), paid.rho());
}

TEST_P(PublicLedgerOf, ShowsEveryChangeOfOneByte) {
  books_.write(file_);
  const std::string good = read_text(file_);
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    // A letter's case, which hexadecimal would forgive; else another bit each time.
    const bool letter = std::isalpha(static_cast<unsigned char>(bad[at])) != 0;
    bad[at] = static_cast<char>(bad[at] ^ (letter ? 0x20 : 1 << (at % 8)));
    EXPECT_NE(found_in(bad), "") << "byte " << at << ": " << good.substr(at < 20 ? 0 : at - 20, 40);
  }
}

TEST_P(PublicLedgerOf, ShowsALostByteAndAnAddedOne) {
  books_.write(file_);
  const std::string good = read_text(file_);
  for (std::size_t at = 0; at < good.size(); at += 7) {
    EXPECT_NE(found_in(good.substr(0, at) + good.substr(at + 1)), "") << "without byte " << at;
    EXPECT_NE(found_in(good.substr(0, at) + " " + good.substr(at)), "") << "with a space at " << at;
  }
}

TEST_P(PublicLedgerOf, ShowsEntriesRewrittenWithTheirSums) {
  books_.spends[0].round = 7;
  books_.write(file_);
  EXPECT_NE(found().find("has not signed these entries"), std::string::npos) << found();
}

TEST_P(PublicLedgerOf, ShowsAHeadThatIsNotSigned) {
  books_.books.heads[0].head.entries = 1;
  books_.write(file_);
  EXPECT_NE(found().find("ledger head of site"), std::string::npos) << found();
}

TEST_P(PublicLedgerOf, ShowsAnotherExperiment) {
  books_.write(file_);
  config::Experiment other = books_.experiment;
  other.privacy.epsilon = {2.0};
  EXPECT_NE(found(other), "");
}

TEST_P(PublicLedgerOf, ShowsAFileThatIsNoLedger) {
  for (const char* text : {"", "{}", "[]", "17", "{\"run_id\": 3}", "\xff\xfe", "{\"run_id\":\"\xff\"}"}) {
    const std::string sentence = found_in(text);
    EXPECT_NE(sentence, "") << text;
    for (const char c : sentence) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << text;
    EXPECT_EQ(sentence.find('\xff'), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Trust, PublicLedgerOf, testing::Values(Trust::none, Trust::central));

class PublicLedgerOfThree : public PublicLedgerOf {};

TEST_P(PublicLedgerOfThree, ShowsAnotherRostersKey) {
  books_.write(file_);
  config::Experiment other = books_.experiment;
  std::vector<Member> members = books_.experiment.roster->members();
  members[1].key = test::key_of(9).public_key();
  other.roster = Roster(std::move(members));
  EXPECT_NE(found(other).find("site 'a'"), std::string::npos) << found(other);
}

TEST_P(PublicLedgerOfThree, ShowsAMissingSite) {
  books_.close(2);
  books_.write(file_);
  EXPECT_NE(found().find("every site"), std::string::npos) << found();
}

TEST_P(PublicLedgerOfThree, ShowsSitesThatStandInForOneAnother) {
  std::swap(books_.books.heads[0], books_.books.heads[1]);
  std::swap(books_.books.goodbyes[0], books_.books.goodbyes[1]);
  books_.write(file_);
  EXPECT_NE(found(), "");
}

TEST_P(PublicLedgerOfThree, ListsALostSiteAsLongAsEnoughHaveSigned) {
  books_.experiment.privacy.dropouts = 1;
  books_.close(3);
  books_.books.goodbyes[1].signature = {};
  books_.write(file_);
  const PublicLedger ledger = verify_public_ledger(file_, books_.experiment);
  EXPECT_EQ(ledger.sites, (std::vector<std::string>{"a", "c"}));
  EXPECT_EQ(ledger.lost, std::vector<std::string>{"b"});
  EXPECT_EQ(ledger.heads.size(), 3U);
  EXPECT_NE(read_text(file_).find("\"acknowledged\": null"), std::string::npos);
  books_.books.goodbyes[2].signature = {};
  books_.write(file_);
  EXPECT_NE(found().find("only 1 sites have signed these entries and heads, and 2 must"), std::string::npos) << found();
}

TEST_P(PublicLedgerOfThree, WithoutDropoutsEverySiteMustHaveSigned) {
  books_.books.goodbyes[1].signature = {};
  books_.write(file_);
  EXPECT_NE(found().find("only 2 sites have signed these entries and heads, and 3 must"), std::string::npos) << found();
}

TEST_P(PublicLedgerOfThree, ASiteThatNeverJoinedIsNotInItWhenSitesMayDropOut) {
  books_.experiment.privacy.dropouts = 1;
  books_.close(2);
  books_.write(file_);
  const PublicLedger ledger = verify_public_ledger(file_, books_.experiment);
  EXPECT_EQ(ledger.sites, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(ledger.lost.empty());
  books_.close(1);
  books_.write(file_);
  EXPECT_NE(found().find("every site"), std::string::npos) << found();
}

TEST_P(PublicLedgerOfThree, ShowsAnAcknowledgementThatIsNotTheSitesOwn) {
  books_.experiment.privacy.dropouts = 1;
  books_.close(3);
  books_.books.goodbyes[1].signature = books_.books.goodbyes[0].signature;
  books_.write(file_);
  EXPECT_NE(found().find("site 'b' has not signed these entries and heads"), std::string::npos) << found();
}

TEST_P(PublicLedgerOfThree, ShowsASiteThatStandsTwiceOrOutOfOrder) {
  books_.experiment.privacy.dropouts = 1;
  for (const bool twice : {true, false}) {
    books_.close(3);
    auto& heads = books_.books.heads;
    auto& goodbyes = books_.books.goodbyes;
    if (twice) {
      heads[2] = heads[1];
      goodbyes[2] = goodbyes[1];
    } else {
      std::swap(heads[1], heads[2]);
      std::swap(goodbyes[1], goodbyes[2]);
    }
    books_.write(file_);
    EXPECT_NE(found().find("a site twice, out of order or from outside"), std::string::npos) << found();
  }
}

INSTANTIATE_TEST_SUITE_P(Trust, PublicLedgerOfThree, testing::Values(Trust::none));

TEST(Spends, GoThroughJsonUnchanged) {
  const Books books(Trust::none);
  const std::string text = spends_to_json(books.spends);
  const auto back = spends_from_json(text);
  ASSERT_EQ(back.size(), 3U);
  for (std::size_t i = 0; i < back.size(); ++i) {
    EXPECT_EQ(back[i].round, books.spends[i].round);
    EXPECT_EQ(back[i].attempt, books.spends[i].attempt);
    EXPECT_EQ(back[i].kind, books.spends[i].kind);
    EXPECT_EQ(back[i].stage, books.spends[i].stage);
    EXPECT_EQ(back[i].events, books.spends[i].events);
  }
  EXPECT_EQ(spends_to_json(back), text);
  EXPECT_TRUE(spends_from_json("[]").empty());
}

TEST(Spends, AreRefusedWhenTheyAreNot) {
  for (const char* text :
       {"", "{", "[{}]", "[{\"round\":1}]", "17",
        "[{\"round\":\"1\",\"attempt\":0,\"kind\":\"spend\",\"stage\":\"x\",\"events\":[]}]",
        "[{\"round\":1,\"attempt\":0,\"kind\":\"spend\",\"stage\":\"x\",\"events\":[{\"kind\":\"y\"}]}]",
        "[{\"round\":1,\"attempt\":0,\"kind\":\"gift\",\"stage\":\"x\",\"events\":[]}]"}) {
    EXPECT_THROW(spends_from_json(text), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace fedloom::coordinator
