#include "fedloom/schema/coherence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "fedloom/schema/derived.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {
namespace {

using Kind = Origin::Kind;
using Rows = std::set<std::vector<std::uint32_t>>;

Attribute numbers(const char* name, std::vector<double> edges, Origin origin = {}, bool missing = false) {
  return {.name = name, .type = Binned{true, std::move(edges)}, .missing = missing, .origin = std::move(origin)};
}
/// Bins of so many days, from 1970-01-01 on.
Attribute date(const char* name, int bins, int days, bool missing = false) {
  std::vector<double> edges;
  for (int k = 0; k < bins; ++k) edges.push_back(k * days);
  edges.push_back(bins * days - 1);
  return {.name = name, .type = Binned{true, std::move(edges), Outside::clip, Calendar::date, {}}, .missing = missing};
}
Origin difference() { return {.kind = Kind::difference, .columns = {"left", "came"}, .unit = Origin::Unit::days}; }
Origin part(const char* column, DatePart which) { return {.kind = Kind::part, .columns = {column}, .part = which}; }

Rows combinations(const Schema& schema, const std::vector<std::uint32_t>& group) {
  Rows rows;
  EXPECT_TRUE(schema.coherence().combinations(group, [&](auto codes) { rows.insert({codes.begin(), codes.end()}); }));
  return rows;
}

/// A row with these codes, each number at the beginning of its bin, as it is settled.
struct Settled {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> texts;
};
Settled settled(const Schema& schema, std::vector<std::uint32_t> codes, std::uint64_t seed = 1) {
  Settled row{std::move(codes), {}};
  for (std::size_t i = 0; i < row.codes.size(); ++i) row.texts.push_back(schema.decode(i, row.codes[i], 0));
  PublicStream stream(seed, "test");
  schema.coherence().settle({row.codes, row.texts}, stream);
  return row;
}

std::vector<std::uint32_t> sources_of(const std::vector<Attribute>& attributes, std::uint32_t to) {
  for (const Derivation& one : derivations(attributes)) {
    if (one.to == to) return one.from;
  }
  return {};
}

TEST(Derivations, AreOfColumnsThatAreReadAsTheyStand) {
  const Origin stay = difference();
  EXPECT_EQ(sources_of({date("came", 2, 30), date("left", 2, 30), numbers("stay", {0, 9}, stay)}, 2),
            (std::vector<std::uint32_t>{1, 0}));
  EXPECT_TRUE(sources_of({date("came", 2, 30), numbers("stay", {0, 9}, stay)}, 1).empty()) << "no column left";
  EXPECT_TRUE(sources_of({numbers("came", {0, 9}), date("left", 2, 30), numbers("stay", {0, 9}, stay)}, 2).empty())
      << "came is no date";
  Attribute german = date("left", 2, 30);
  std::get<Binned>(german.type).format.text = "%d.%m.%Y";
  EXPECT_TRUE(sources_of({date("came", 2, 30), german, numbers("stay", {0, 9}, stay)}, 2).empty()) << "other formats";
  Attribute renamed = date("arrival", 2, 30);
  renamed.origin = {.kind = Kind::cell, .columns = {"came"}};
  EXPECT_EQ(sources_of({renamed, date("left", 2, 30), numbers("stay", {0, 9}, stay)}, 2),
            (std::vector<std::uint32_t>{1, 0}))
      << "under another name";
  EXPECT_TRUE(sources_of({renamed, date("left", 2, 30)}, 0).empty()) << "nothing else reads it";
  EXPECT_EQ(sources_of({renamed, date("came", 2, 30)}, 0), (std::vector<std::uint32_t>{1})) << "a second reading";
}

TEST(Derivations, OfCategoriesAreNone) {
  const Attribute few{
      .name = "few", .type = Categorical{{"a"}, Outside::other}, .origin = {.kind = Kind::cell, .columns = {"all"}}};
  EXPECT_TRUE(derivations({{.name = "all", .type = Categorical{{"a", "b"}}}, few}).empty());
}

TEST(Coherence, TiesAPartToTheDatesThatHaveIt) {
  std::vector<double> edges;
  for (int month = 0; month < 12; ++month) edges.push_back(static_cast<double>(months_later(0, month)));
  edges.push_back(364);
  const Attribute came{.name = "came", .type = Binned{true, edges, Outside::clip, Calendar::date, {}}};
  const Schema schema({came, numbers("quarter", {1, 2, 3, 4, 4}, part("came", DatePart::quarter)),
                       numbers("weekday", {1, 6, 7}, part("came", DatePart::weekday))},
                      {});
  EXPECT_EQ(schema.coherence().groups(), (std::vector<std::vector<std::uint32_t>>{{0, 1, 2}}));
  Rows expected;
  for (std::uint32_t month = 0; month < 12; ++month) {
    for (std::uint32_t weekday = 0; weekday < 2; ++weekday) expected.insert({month, month / 3, weekday});
  }
  EXPECT_EQ(combinations(schema, {0, 1, 2}), expected);
}

TEST(Coherence, FindsJustTheCombinationsThatSomeDatesHave) {
  const Schema schema({date("came", 4, 3), date("left", 4, 3), numbers("stay", {0, 1, 3, 6}, difference())}, {});
  Rows expected;
  for (int came = 0; came < 12; ++came) {
    for (int left = came; left < 12 && left - came <= 6; ++left) {
      const int stay = left - came;
      expected.insert({static_cast<std::uint32_t>(came / 3), static_cast<std::uint32_t>(left / 3),
                       stay == 0  ? 0U
                       : stay < 3 ? 1U
                                  : 2U});
    }
  }
  EXPECT_EQ(combinations(schema, {0, 1, 2}), expected);
}

TEST(Coherence, MissesWhatIsComputedWhereAColumnIsMissingAndOnlyThere) {
  const Schema schema({date("came", 2, 3), date("left", 2, 3, true), numbers("stay", {0, 5}, difference(), true)}, {});
  EXPECT_EQ(combinations(schema, {0, 1, 2}), (Rows{{0, 0, 0}, {0, 1, 0}, {1, 1, 0}, {0, 2, 1}, {1, 2, 1}}));
  EXPECT_EQ(settled(schema, {0, 2, 0}).texts, (std::vector<std::string>{"1970-01-01", "", ""}));
  const Schema never({date("came", 2, 3), date("left", 2, 3, true), numbers("stay", {0, 5}, difference())}, {});
  EXPECT_EQ(combinations(never, {0, 1, 2}), (Rows{{0, 0, 0}, {0, 1, 0}, {1, 1, 0}}));
}

TEST(Coherence, PlacesNumbersForEveryCombinationItGives) {
  // Narrow computed bins of wide columns: most numbers in them would not do.
  const Schema schema({date("came", 2, 700), date("left", 2, 700), numbers("stay", {0, 1, 2, 40, 1399}, difference()),
                       numbers("day", {1, 2, 31}, part("came", DatePart::day)),
                       numbers("weekday", {1, 2, 3, 4, 5, 6, 7, 7}, part("left", DatePart::weekday))},
                      {});
  const Rows rows = combinations(schema, {0, 1, 2, 3, 4});
  EXPECT_GT(rows.size(), 80U);
  std::uint64_t seed = 0;
  for (const auto& row : rows) {
    EXPECT_EQ(settled(schema, row, ++seed).codes, row) << "row " << seed;
  }
}

TEST(Coherence, KeepsDeclaredConstraintsBesideWhatIsComputed) {
  const Schema schema = Schema({date("came", 3, 30), date("left", 3, 30), numbers("stay", {0, 2, 10, 89}, difference()),
                                numbers("limit", {0, 5, 20, 60})},
                               {})
                            .constrained({{Less{0, 1, true}, "came < left"}, {Less{2, 3, true}, "stay < limit"}});
  EXPECT_FALSE(schema.coherence().loose(2));
  std::uint64_t seed = 0;
  for (const auto& row : combinations(schema, {0, 1, 2, 3})) {
    const Settled made = settled(schema, row, ++seed);
    EXPECT_EQ(made.codes, row);
    const auto days = [](const std::string& text) { return day_of(*parse_moment(text)); };
    EXPECT_LT(made.texts[0], made.texts[1]);
    EXPECT_LT(std::stoi(made.texts[2]), std::stoi(made.texts[3]));
    EXPECT_EQ(days(made.texts[1]) - days(made.texts[0]), std::stoi(made.texts[2]));
  }
}

TEST(Coherence, OfTooManyCombinationsIsLooseAndComputedAllTheSame) {
  std::vector<double> days;
  for (int k = 0; k < 800; ++k) days.push_back(k);
  days.push_back(799);
  const Schema schema({date("came", 800, 1), date("left", 800, 1), numbers("stay", days, difference())}, {});
  EXPECT_TRUE(schema.coherence().computed(2));
  EXPECT_TRUE(schema.coherence().loose(2));
  EXPECT_TRUE(schema.coherence().groups().empty());
  const Settled row = settled(schema, {10, 30, 5});
  EXPECT_EQ(row.texts[2], "20");
  EXPECT_EQ(row.codes[2], 20U);
  const Settled beyond = settled(schema, {30, 10, 5});
  EXPECT_EQ(beyond.texts[2], "-20") << "beyond its bounds, and no contradiction";
  EXPECT_EQ(beyond.codes[2], 0U);
}

/// Two dates of 400 days with `many` differences, each of too many combinations; then a small one, last.
Schema with_failures(int many) {
  std::vector<double> days;
  for (int k = 0; k < 400; ++k) days.push_back(k);
  days.push_back(399);
  std::vector<Attribute> attributes{date("came", 400, 1), date("left", 400, 1)};
  for (int k = 0; k < many; ++k)
    attributes.push_back(numbers(("stay" + std::to_string(k)).c_str(), days, difference()));
  attributes.push_back(date("from", 2, 10));
  attributes.push_back(date("to", 2, 10));
  attributes.push_back(
      numbers("last", {0, 10, 19}, {.kind = Kind::difference, .columns = {"to", "from"}, .unit = Origin::Unit::days}));
  return Schema(attributes, {});
}

TEST(Coherence, TriesToTieASmallColumnOnlyWhileFewWereTriedInVain) {
  const Schema few = with_failures(15), many = with_failures(16);
  EXPECT_FALSE(few.coherence().loose(static_cast<std::uint32_t>(few.attributes().size() - 1)));
  EXPECT_TRUE(many.coherence().loose(static_cast<std::uint32_t>(many.attributes().size() - 1)));
}

TEST(Coherence, OfHundredsOfColumnsIsFoundOutWithinBounds) {
  // Each is tied, but goes through all that came before it.
  std::vector<Attribute> attributes{date("came", 60, 1), date("left", 60, 1)};
  for (int k = 0; k < 400; ++k) {
    attributes.push_back(numbers(("stay" + std::to_string(k)).c_str(), {-60, 0, 10, 60}, difference()));
  }
  const Schema schema(attributes, {});
  EXPECT_FALSE(schema.coherence().loose(2));
  EXPECT_TRUE(schema.coherence().loose(401)) << "the work is bounded";
}

TEST(Coherence, LeavesALooseColumnAloneWhereAConstraintWouldBreak) {
  std::vector<double> days;
  for (int k = 0; k < 800; ++k) days.push_back(k);
  days.push_back(799);
  const Schema schema = Schema({date("came", 800, 1),
                                date("left", 800, 1),
                                numbers("stay", days, difference()),
                                {.name = "sex", .type = Coded{2}}},
                               {})
                            .constrained({{Never{{{2, {20}}, {3, {1}}}}, "no stay of 20 of sex 1"}});
  ASSERT_TRUE(schema.coherence().loose(2));
  EXPECT_EQ(settled(schema, {10, 30, 5, 0}).texts[2], "20");
  EXPECT_EQ(settled(schema, {10, 30, 5, 1}).texts[2], "5");
}

TEST(Coherence, ComputesNumbersAsTheyAreRead) {
  const auto real = [](const char* name, std::vector<double> edges, Origin origin = {}) {
    return Attribute{.name = name, .type = Binned{false, std::move(edges)}, .origin = std::move(origin)};
  };
  const Schema schema({real("a", {0, 1, 10}), real("b", {-2, 0.5, 3}),
                       real("sum", {-2, 2, 13}, {.kind = Kind::sum, .columns = {"a", "b"}}),
                       real("ratio", {-100, 0, 1, 100}, {.kind = Kind::ratio, .columns = {"a", "b"}})},
                      {});
  std::uint64_t seed = 0;
  for (const auto& row : combinations(schema, {0, 1, 2, 3})) {
    const Settled made = settled(schema, row, ++seed);
    const auto number = [&](std::size_t i) { return *parse_number(made.texts[i]); };
    EXPECT_EQ(made.codes, row);
    EXPECT_NEAR(number(0) + number(1), number(2), 1e-9);
    EXPECT_NEAR(number(0) / number(1), number(3), 1e-9 * std::abs(number(3)));
  }
  EXPECT_GE(seed, 8U);
}

}  // namespace
}  // namespace fedloom::schema
