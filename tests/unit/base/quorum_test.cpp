#include "fedloom/base/quorum.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace fedloom {
namespace {

constexpr auto curious = Coordinator::curious;
constexpr auto malicious = Coordinator::malicious;

TEST(Quorum, counts_threshold_and_contributors) {
  const Quorum quorum{.sites = 10, .colluding = 2, .dropouts = 3, .coordinator = malicious};
  EXPECT_EQ(quorum.threshold(), 7U);
  EXPECT_EQ(quorum.contributors(), 5U);
  EXPECT_TRUE(quorum.recovers());
  EXPECT_FALSE((Quorum{.sites = 3}).recovers());
}

TEST(Quorum, survives_as_many_dropouts_as_the_design_says) {
  EXPECT_EQ(most_dropouts({.sites = 10, .colluding = 2, .coordinator = malicious}), 3U);
  EXPECT_EQ(most_dropouts({.sites = 5, .colluding = 1, .coordinator = malicious}), 1U);
  EXPECT_EQ(most_dropouts({.sites = 3, .colluding = 1, .coordinator = malicious}), 0U);
  EXPECT_EQ(most_dropouts({.sites = 10, .colluding = 2, .coordinator = curious}), 7U);
  EXPECT_EQ(most_dropouts({.sites = 2, .colluding = 1, .coordinator = curious}), 0U);
  EXPECT_EQ(most_dropouts({.sites = 2, .colluding = 2, .coordinator = curious}), std::nullopt);
  EXPECT_EQ(most_dropouts({.sites = 5, .colluding = 0, .coordinator = curious}), std::nullopt);
}

/// Whether a lying coordinator finds signatures under two lists: an honest site signs one of them, the others both.
bool two_lists_pass(std::uint32_t n, std::uint32_t c, std::uint32_t threshold) {
  for (std::uint32_t sign_the_first = 0; sign_the_first <= n - c; ++sign_the_first) {
    if (c + sign_the_first >= threshold && c + (n - c - sign_the_first) >= threshold) return true;
  }
  return false;
}

TEST(Quorum, is_possible_exactly_when_colluders_cannot_open_a_sum_nor_pass_two_lists) {
  for (std::uint32_t n = 2; n <= 30; ++n) {
    for (std::uint32_t c = 1; c < n; ++c) {
      for (std::uint32_t u = 0; u < n; ++u) {
        const bool colluders_open = c >= n - u;
        EXPECT_EQ(is_possible({n, c, u, curious}), !colluders_open) << n << ' ' << c << ' ' << u;
        EXPECT_EQ(is_possible({n, c, u, malicious}), !colluders_open && !two_lists_pass(n, c, n - u))
            << n << ' ' << c << ' ' << u;
      }
    }
  }
}

TEST(Quorum, counts_at_least_one_honest_site_where_it_is_possible) {
  for (std::uint32_t n = 2; n <= 100; ++n) {
    for (std::uint32_t c = 1; c < n; ++c) {
      for (const auto coordinator : {curious, malicious}) {
        const auto most = most_dropouts({n, c, 0, coordinator});
        ASSERT_TRUE(most);
        EXPECT_GE((Quorum{n, c, *most, coordinator}).contributors(), 1U);
        EXPECT_TRUE(is_possible({n, c, *most, coordinator}));
        EXPECT_FALSE(is_possible({n, c, *most + 1, coordinator}));
      }
    }
  }
}

TEST(Quorum, is_impossible_where_sums_of_large_numbers_would_wrap) {
  EXPECT_FALSE(is_possible({10, UINT32_MAX, 2, malicious}));
  EXPECT_FALSE(is_possible({10, 2, UINT32_MAX, curious}));
  EXPECT_FALSE(is_possible({10, UINT32_MAX, UINT32_MAX, curious}));
}

TEST(Quorum, says_which_values_would_work) {
  EXPECT_EQ(fault_of({10, 2, 3, malicious}), "");
  EXPECT_EQ(fault_of({10, 2, 4, malicious}),
            "2 colluding sites and 4 dropouts among 10 sites with a malicious coordinator are impossible: with 2 "
            "colluding sites dropouts can be 0 to 3");
  EXPECT_NE(fault_of({3, 1, 1, malicious}).find("dropouts can be 0"), std::string::npos);
  EXPECT_EQ(fault_of({3, 1, 1, malicious}).find("dropouts can be 0 to"), std::string::npos);
  EXPECT_NE(fault_of({3, 3, 0, curious}).find("colluding_sites can be 1 to 2"), std::string::npos);
  EXPECT_NE(fault_of({5, 0, 0, curious}).find("at least 1"), std::string::npos);
  EXPECT_NE(fault_of({1, 1, 0, curious}).find("at least 2 sites"), std::string::npos);
}

}  // namespace
}  // namespace fedloom
