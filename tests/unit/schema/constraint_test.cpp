#include "fedloom/schema/constraint.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "fedloom/schema/number.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {
namespace {

Attribute categories(const char* name, std::vector<std::string> values) {
  return {name, Categorical{std::move(values), Outside::refuse, "other"}, false, {""}};
}
Attribute whole(const char* name, std::vector<double> edges, bool missing = false) {
  return {name, Binned{true, std::move(edges), Outside::clip}, missing, {""}};
}
Attribute real(const char* name, std::vector<double> edges) {
  return {name, Binned{false, std::move(edges), Outside::clip}, false, {""}};
}

std::vector<Attribute> people() { return {categories("sex", {"f", "m"}), categories("pregnant", {"no", "yes"})}; }
Constraint no_pregnant_men() { return {Never{{{0, {1}}, {1, {1}}}}, "no pregnant men"}; }

/// start in 0–9, 10–19, 20–30; end the same, or missing.
std::vector<Attribute> stays() { return {whole("start", {0, 10, 20, 30}), whole("end", {0, 10, 20, 30}, true)}; }
Constraint below(std::uint32_t low, std::uint32_t high, bool strict = true) { return {Less{low, high, strict}, "<"}; }

using Rows = std::set<std::vector<std::uint32_t>>;
Rows combinations(const Constraints& constraints, const std::vector<std::uint32_t>& group) {
  Rows rows;
  EXPECT_TRUE(constraints.combinations(group, [&](auto codes) { rows.insert({codes.begin(), codes.end()}); }));
  return rows;
}

std::string refusal(const std::vector<Attribute>& attributes, std::vector<Constraint> list) {
  try {
    Schema(attributes, {}).constrained(std::move(list));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

TEST(Constraints, NameEachOneThatARowBreaks) {
  const Constraints constraints(people(), {no_pregnant_men(), {Determines{0, 1, {Determines::any, 0}}, "men: no"}});
  EXPECT_EQ(constraints.violations(std::vector<std::uint32_t>{1, 1}), (std::vector<std::size_t>{0, 1}));
  EXPECT_TRUE(constraints.violations(std::vector<std::uint32_t>{0, 1}).empty());
  EXPECT_TRUE(constraints.allow(std::vector<std::uint32_t>{1, Constraints::unset}));
}

TEST(Constraints, OfBinsAreBrokenOnlyWhenNoValuesKeepThem) {
  const Constraints constraints(stays(), {below(0, 1)});
  EXPECT_TRUE(constraints.allow(std::vector<std::uint32_t>{1, 1}));
  EXPECT_FALSE(constraints.allow(std::vector<std::uint32_t>{2, 1}));
  EXPECT_TRUE(constraints.allow(std::vector<std::uint32_t>{2, 3})) << "a missing end is after any start";
}

TEST(Constraints, SeeThatInequalitiesCannotBeKeptTogether) {
  const std::vector<Attribute> narrow{whole("a", {4, 6, 9}), whole("b", {4, 6, 9}), whole("c", {4, 6, 9})};
  const Constraints constraints(narrow, {below(0, 1), below(1, 2)});
  EXPECT_EQ(constraints.violations(std::vector<std::uint32_t>{0, 0, 0}), (std::vector<std::size_t>{0}));
  EXPECT_TRUE(constraints.allow(std::vector<std::uint32_t>{0, 0, 1}));
}

TEST(Constraints, GiveAllAllowedCombinationsOfAGroup) {
  const Constraints constraints(people(), {no_pregnant_men()});
  ASSERT_EQ(constraints.groups(), (std::vector<std::vector<std::uint32_t>>{{0, 1}}));
  EXPECT_EQ(combinations(constraints, {0, 1}), (Rows{{0, 0}, {0, 1}, {1, 0}}));
}

TEST(Constraints, OfASumAllowWhatItsPartsCanMakeUp) {
  const std::vector<Attribute> parts{whole("a", {0, 2, 4}), whole("b", {0, 2, 4}), whole("t", {0, 3, 6, 8})};
  const Constraints constraints(parts, {{Sum{{0, 1}, 2}, "a + b = t"}});
  EXPECT_EQ(combinations(constraints, {0, 1, 2}),
            (Rows{{0, 0, 0}, {0, 1, 0}, {0, 1, 1}, {1, 0, 0}, {1, 0, 1}, {1, 1, 1}, {1, 1, 2}}));
}

TEST(Constraints, PlaceNumbersThatKeepInequalities) {
  const std::vector<Attribute> attributes{whole("a", {0, 10}), real("b", {0, 0.5, 10}), whole("c", {0, 4, 10})};
  const Constraints constraints(attributes, {below(0, 1), below(1, 2, false)});
  PublicStream stream(1, "test");
  std::vector<Constraints::Placed> placed;
  for (int k = 0; k < 2000; ++k) {
    constraints.place(std::vector<std::uint32_t>{0, 1, 0}, stream, placed);
    ASSERT_EQ(placed.size(), 3U);
    const double a = placed[0].value, b = *parse_number(shortest(placed[1].value)), c = placed[2].value;
    ASSERT_TRUE(a < b && b <= c && b >= 0.5 && c < 4 && a == static_cast<int>(a)) << a << " " << b << " " << c;
  }
}

TEST(Constraints, PlaceNumbersThatAddUpAsWritten) {
  const std::vector<Attribute> attributes{real("a", {0, 0.1, 1}), real("b", {0, 0.7, 1}), real("t", {0, 0.8, 2})};
  const Constraints constraints(attributes, {{Sum{{0, 1}, 2}, "sum"}});
  PublicStream stream(1, "test");
  std::vector<Constraints::Placed> placed;
  for (int k = 0; k < 2000; ++k) {
    constraints.place(std::vector<std::uint32_t>{0, 1, 1}, stream, placed);
    ASSERT_EQ(placed.size(), 3U);
    // Whole numbers of a unit small enough for each: added without a rounding.
    const double a = placed[0].value * 1e5, b = placed[1].value * 1e5, t = placed[2].value * 1e5;
    ASSERT_NEAR(a + b, t, 1e-6);
    ASSERT_TRUE(placed[0].value < 0.1 && placed[1].value >= 0.7 && placed[2].value >= 0.8);
    ASSERT_LE(shortest(placed[2].value).size(), 7U);
  }
}

TEST(Constraints, LeaveMissingNumbersOut) {
  const Constraints constraints(stays(), {below(0, 1)});
  PublicStream stream(1, "test");
  std::vector<Constraints::Placed> placed;
  constraints.place(std::vector<std::uint32_t>{2, 3}, stream, placed);
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].attribute, 0U);
}

TEST(Constraints, AreRefusedWhenTheyContradict) {
  EXPECT_NE(refusal(people(), {{Never{{{0, {0, 1}}, {1, {0}}}}, ""}, {Never{{{0, {0, 1}}, {1, {1}}}}, ""}})
                .find("sex, pregnant contradict"),
            std::string::npos);
  EXPECT_NE(refusal(stays(), {below(0, 1), below(1, 0)}).find("circle"), std::string::npos);
}

TEST(Constraints, AreRefusedWhereTheyCannotBeKept) {
  EXPECT_NE(refusal(people(), {below(0, 1)}).find("'sex' has no numbers"), std::string::npos);
  EXPECT_NE(refusal(people(), {{Never{{{0, {0}}, {0, {1}}}}, ""}}).find("'sex' twice"), std::string::npos);
  const std::vector<Attribute> mixed{whole("a", {0, 2}), real("b", {0, 2}), whole("t", {0, 4}), whole("u", {0, 9})};
  EXPECT_NE(refusal(mixed, {{Sum{{0, 1}, 2}, ""}}).find("sum of whole and other numbers"), std::string::npos);
  EXPECT_NE(refusal(mixed, {{Sum{{0, 2}, 3}, ""}, below(0, 2)}).find("cannot be kept together"), std::string::npos);
  std::vector<double> days;
  for (int day = 0; day <= 5000; ++day) days.push_back(day);
  EXPECT_NE(refusal({whole("in", days), whole("out", days)}, {below(0, 1)}).find("8 million"), std::string::npos);
}

TEST(Constraints, FollowTheirAttributesAndAreInTheHash) {
  const std::vector<Attribute> attributes{categories("x", {"1"}), people()[0], people()[1]};
  const Schema plain(attributes, {});
  const Schema schema = plain.constrained({{Never{{{1, {1}}, {2, {1}}}}, "no pregnant men"}});
  EXPECT_NE(schema.hash(), plain.hash());
  const Schema some = schema.only({"sex", "pregnant"});
  EXPECT_EQ(some.hash(), Schema(people(), {}).constrained({no_pregnant_men()}).hash());
  EXPECT_TRUE(schema.only({"x", "sex"}).constraints().empty());
}

}  // namespace
}  // namespace fedloom::schema
