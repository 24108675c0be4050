#include <gtest/gtest.h>

#include <stdexcept>

#include "fedloom/base/identity.hpp"

namespace fedloom {
namespace {

Member member(std::string name, std::uint8_t key) { return {.id = {std::move(name)}, .key = {key}}; }

TEST(Roster, is_sorted_by_id) {
  const Roster roster({member("b", 1), member("a", 2), member("c", 3)});
  EXPECT_EQ(roster.size(), 3U);
  EXPECT_EQ(roster.members()[0].id.name, "a");
  EXPECT_EQ(roster.index_of(SiteId{"b"}), 1U);
  EXPECT_EQ(roster.index_of(PublicKey{2}), 0U);
  EXPECT_FALSE(roster.index_of(SiteId{"d"}));
  EXPECT_FALSE(roster.index_of(PublicKey{9}));
}

TEST(Roster, fingerprint_does_not_depend_on_the_order_of_the_file) {
  EXPECT_EQ(Roster({member("b", 1), member("a", 2)}).fingerprint(),
            Roster({member("a", 2), member("b", 1)}).fingerprint());
}

TEST(Roster, fingerprint_changes_with_any_id_or_key) {
  const Digest base = Roster({member("a", 1), member("b", 2)}).fingerprint();
  EXPECT_NE(base, Roster({member("a", 1), member("c", 2)}).fingerprint());
  EXPECT_NE(base, Roster({member("a", 1), member("b", 3)}).fingerprint());
  EXPECT_NE(base, Roster({member("a", 2), member("b", 1)}).fingerprint());
  EXPECT_NE(base, Roster({member("a", 1), member("b", 2), member("c", 3)}).fingerprint());
}

TEST(Roster, refuses_what_is_not_a_list_of_distinct_sites) {
  EXPECT_THROW(Roster({}), std::invalid_argument);
  EXPECT_THROW(Roster({member("a", 1), member("a", 2)}), std::invalid_argument);
  EXPECT_THROW(Roster({member("a", 1), member("b", 1)}), std::invalid_argument);
  EXPECT_THROW(Roster({member("A", 1)}), std::invalid_argument);
  std::vector<Member> many;
  for (std::uint8_t i = 0; i < 101; ++i) many.push_back(member("s" + std::to_string(i), i));
  EXPECT_THROW(Roster{many}, std::invalid_argument);
  many.pop_back();
  EXPECT_EQ(Roster(many).size(), 100U);
}

TEST(SiteName, allows_lower_case_digits_underscore_and_hyphen) {
  EXPECT_TRUE(is_site_name("site-1_b"));
  EXPECT_TRUE(is_site_name(std::string(64, 'a')));
  EXPECT_FALSE(is_site_name(""));
  EXPECT_FALSE(is_site_name(std::string(65, 'a')));
  EXPECT_FALSE(is_site_name("Site"));
  EXPECT_FALSE(is_site_name("a b"));
  EXPECT_FALSE(is_site_name("a/../b"));
}

}  // namespace
}  // namespace fedloom
