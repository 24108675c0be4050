#include "fedloom/base/error.hpp"

#include <gtest/gtest.h>

#include "fedloom/base/check.hpp"
#include "fedloom/base/clock.hpp"

namespace fedloom {
namespace {

TEST(Error, says_where_what_and_what_to_do) {
  EXPECT_STREQ(
      ConfigError({.file = "run.yaml", .line = 3, .column = 7}, "epsilon is negative", "give a number above 0").what(),
      "run.yaml:3:7: epsilon is negative; give a number above 0");
}

TEST(Error, leaves_empty_parts_out) {
  EXPECT_STREQ(UsageError("no command", "").what(), "no command");
  EXPECT_STREQ(UsageError("no command", "see --help").what(), "no command; see --help");
  EXPECT_STREQ(PeerError("site-b", "did not answer", "").what(), "site-b: did not answer");
}

TEST(Error, positions_leave_unknown_parts_out) {
  EXPECT_EQ((FilePosition{.file = "a.csv"}).str(), "a.csv");
  EXPECT_EQ((FilePosition{.file = "a.csv", .line = 2}).str(), "a.csv:2");
  EXPECT_EQ((FilePosition{.file = "a.csv", .column = 2}).str(), "a.csv");
}

TEST(Error, each_type_has_its_exit_code) {
  EXPECT_EQ(UsageError("", "").code(), ExitCode::usage);
  EXPECT_EQ(ConfigError({}, "", "").code(), ExitCode::config);
  EXPECT_EQ(DataError({}, "", "").code(), ExitCode::data);
  EXPECT_EQ(RefusedError("", "", "").code(), ExitCode::refused);
  EXPECT_EQ(BudgetError("", "", "").code(), ExitCode::budget);
  EXPECT_EQ(LedgerError("", "", "").code(), ExitCode::ledger);
  EXPECT_EQ(PeerError("", "", "").code(), ExitCode::peer);
  EXPECT_EQ(EnvironmentError("", "", "").code(), ExitCode::environment);
  EXPECT_EQ(Interrupted("", "").code(), ExitCode::interrupted);
}

TEST(CheckDeath, a_broken_invariant_aborts_and_says_where) {
  EXPECT_DEATH(FEDLOOM_CHECK(1 + 1 == 3), "broken invariant at .*error_test.cpp:[0-9]+: 1 \\+ 1 == 3");
}

TEST(Clock, never_goes_back) {
  const Instant first = monotonic_now();
  EXPECT_LE(first, monotonic_now());
}

TEST(Clock, timestamps_are_utc_in_seconds) {
  const std::string now = utc_timestamp();
  ASSERT_EQ(now.size(), 20U);
  EXPECT_EQ(now[4], '-');
  EXPECT_EQ(now[10], 'T');
  EXPECT_EQ(now[19], 'Z');
  EXPECT_GT(now, "2026-01-01T00:00:00Z");
}

}  // namespace
}  // namespace fedloom
