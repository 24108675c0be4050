#include "fedloom/boundary/share_vault.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fixtures.hpp"

namespace fedloom::boundary {
namespace {

using test::share_of;
using test::words_of;

class ShareVaultTest : public ::testing::Test {
 protected:
  ShareVault::Slot slot(std::uint32_t round = 2) const {
    return {.run = "run-1", .round = round, .plan = sha256("plan")};
  }
  std::filesystem::path only_file() const {
    const std::filesystem::directory_iterator files(folder_ / "vault");
    return files->path();
  }
  test::TempFolder folder_;
  SigningKey key_ = SigningKey::generate();
  test::SplitMixRandom random_{7};
  ShareVault vault_{folder_ / "vault", key_, random_};
};

TEST_F(ShareVaultTest, GivesBackWhatWasPut) {
  const auto handed_back = vault_.put(slot(), share_of({1, 2, 3}));
  EXPECT_EQ(handed_back.length(), 3U);
  auto taken = vault_.take(slot());
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(words_of(*std::move(taken)), words_of(share_of({1, 2, 3})));
}

TEST_F(ShareVaultTest, HandsTheShareBackForSealing) {
  EXPECT_EQ(words_of(vault_.put(slot(), share_of({1, 2, 3}))), words_of(share_of({1, 2, 3})));
}

TEST_F(ShareVaultTest, KeepsHowManyContributorsTheNoiseCountsOn) {
  vault_.put(slot(), share_of({1, 2}, 2));
  EXPECT_DEATH(reveal_central(*vault_.take(slot())), "broken invariant");
  vault_.put(slot(), share_of({1, 2}, 1));
  EXPECT_EQ(reveal_central(*vault_.take(slot())).words().size(), 2U);
}

TEST_F(ShareVaultTest, SurvivesItsProcess) {
  vault_.put(slot(), share_of({1, 2, 3}));
  const ShareVault reopened(folder_ / "vault", key_, random_);
  EXPECT_TRUE(reopened.holds(slot()));
  EXPECT_TRUE(reopened.take(slot()).has_value());
}

TEST_F(ShareVaultTest, HasNothingForAnotherRunRoundOrPlan) {
  vault_.put(slot(), share_of({1, 2, 3}));
  for (const ShareVault::Slot& other :
       {ShareVault::Slot{"run-2", 2, sha256("plan")}, ShareVault::Slot{"run-1", 3, sha256("plan")},
        ShareVault::Slot{"run-1", 2, sha256("other plan")}}) {
    EXPECT_FALSE(vault_.holds(other));
    EXPECT_FALSE(vault_.take(other).has_value());
  }
}

TEST_F(ShareVaultTest, RefusesAFileWithAnyByteChanged) {
  vault_.put(slot(), share_of({1, 2, 3}));
  const auto good = read_bytes(only_file());
  for (std::size_t k = 0; k < good.size(); ++k) {
    auto bad = good;
    bad[k] ^= 1;
    write_atomically(only_file(), ByteView(bad));
    EXPECT_THROW(vault_.take(slot()), LedgerError) << k;
  }
  write_atomically(only_file(), ByteView(good));
  EXPECT_TRUE(vault_.take(slot()).has_value());
}

TEST_F(ShareVaultTest, RefusesACutFile) {
  vault_.put(slot(), share_of({1, 2, 3}));
  const auto good = read_bytes(only_file());
  for (std::size_t length = 0; length < good.size(); ++length) {
    write_atomically(only_file(), ByteView(good).first(length));
    EXPECT_THROW(vault_.take(slot()), LedgerError) << length;
  }
}

TEST_F(ShareVaultTest, RefusesTheShareOfAnotherRoundUnderThisRoundsName) {
  vault_.put(slot(3), share_of({1, 2, 3}));
  const auto other = read_bytes(only_file());
  vault_.drop_before("run-1", 4);
  vault_.put(slot(2), share_of({4, 5, 6}));
  write_atomically(only_file(), ByteView(other));
  EXPECT_THROW(vault_.take(slot(2)), LedgerError);
}

TEST_F(ShareVaultTest, RefusesTheShareOfAnotherSite) {
  vault_.put(slot(), share_of({1, 2, 3}));
  const auto stranger = SigningKey::generate();
  EXPECT_THROW(ShareVault(folder_ / "vault", stranger, random_).take(slot()), LedgerError);
}

TEST_F(ShareVaultTest, TheSameShareIsStoredAsDifferentBytesEachTime) {
  vault_.put(slot(), share_of({1, 2, 3}));
  const auto first = read_bytes(only_file());
  vault_.put(slot(), share_of({1, 2, 3}));
  const auto second = read_bytes(only_file());
  ASSERT_EQ(first.size(), second.size());
  EXPECT_FALSE(std::equal(first.begin(), first.begin() + 24, second.begin()));
  EXPECT_FALSE(std::equal(first.begin() + 24, first.end(), second.begin() + 24));
}

TEST_F(ShareVaultTest, DropsEarlierRoundsOfThisRunOnly) {
  const ShareVault::Slot other{"run-2", 1, sha256("plan")};
  vault_.put(other, share_of({1}));
  for (const std::uint32_t round : {1, 2, 3, 10}) vault_.put(slot(round), share_of({1}));
  vault_.drop_before("run-1", 3);
  EXPECT_FALSE(vault_.holds(slot(1)));
  EXPECT_FALSE(vault_.holds(slot(2)));
  EXPECT_TRUE(vault_.holds(slot(3)));
  EXPECT_TRUE(vault_.holds(slot(10)));
  EXPECT_TRUE(vault_.holds(other));
}

}  // namespace
}  // namespace fedloom::boundary
