// Computed columns of rows that are written: they never contradict the columns that they are computed from.

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "fedloom/model/row_text.hpp"
#include "fedloom/model/synthetic_csv.hpp"
#include "fedloom/model/tilted.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/schema.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::model {
namespace {

using schema::Attribute;
using schema::Binned;
using schema::Calendar;
using schema::Outside;
using Kind = schema::Origin::Kind;
using Unit = schema::Origin::Unit;

double day(const char* text) {
  return static_cast<double>(schema::day_of(*schema::parse_moment(std::string(text) + " 00:00")));
}

/// A bin for every so many months of 2021 and 2022.
Attribute date(const char* name, int months, bool missing = false) {
  std::vector<double> edges;
  for (int k = 0; k < 24; k += months)
    edges.push_back(static_cast<double>(schema::months_later(static_cast<std::int64_t>(day("2021-01-01")), k)));
  edges.push_back(day("2022-12-31"));
  return {.name = name, .type = Binned{true, edges, Outside::clip, Calendar::date, {}}, .missing = missing};
}
Attribute numbers(const char* name, std::vector<double> edges, bool integer, schema::Origin origin = {},
                  bool missing = false) {
  return {.name = name, .type = Binned{integer, std::move(edges)}, .missing = missing, .origin = std::move(origin)};
}
std::vector<double> steps(double from, double to, double width) {
  std::vector<double> edges;
  for (double edge = from; edge < to; edge += width) edges.push_back(edge);
  edges.push_back(to);
  return edges;
}
schema::Origin part(schema::DatePart which) { return {.kind = Kind::part, .columns = {"admitted"}, .part = which}; }

/// Of every rule one, some of the same columns, one of them with missing values.
std::vector<Attribute> hospital(int months = 1) {
  return {
      date("admitted", months),
      date("left", months, true),
      numbers("weekday", steps(1, 7, 1), true, part(schema::DatePart::weekday)),
      numbers("month", {1, 4, 7, 10, 12}, true, part(schema::DatePart::month)),
      numbers("stay", {0, 1, 3, 8, 15, 31, 60}, true,
              {.kind = Kind::difference, .columns = {"left", "admitted"}, .unit = Unit::days}, true),
      numbers("cash", steps(0, 20, 5), false),
      numbers("card", steps(0, 40, 10), false),
      numbers("paid", steps(0, 60, 6), false, {.kind = Kind::sum, .columns = {"cash", "card"}}),
      numbers("tests", steps(0, 8, 1), true),
      numbers("visits", steps(1, 6, 1), true),
      numbers("rate", steps(0, 8, 0.5), false, {.kind = Kind::ratio, .columns = {"tests", "visits"}}),
      numbers("many_tests", {0, 3, 8}, true, {.kind = Kind::cell, .columns = {"tests"}}),
  };
}

Generator generator(const schema::Domain& domain, std::uint32_t components = 12) {
  Generator made(domain, components);
  std::vector<float> logits;
  for (std::uint32_t b = 0; b < components; ++b) {
    for (std::uint32_t v = 0; v < domain.width(); ++v) {
      logits.push_back(1.5F * std::sin(static_cast<float>(7 * b + 3 * v + b * v)));
    }
  }
  made.set_logits(std::move(logits));
  return made;
}

using Texts = std::map<std::string, std::string>;

template <class Use>
void for_rows(const Tilted& tilted, const schema::Schema& schema, std::uint64_t rows, const Use& use) {
  RowText text(schema, 3);
  sample({{&tilted, rows}}, 5, [&](std::span<const std::uint32_t> codes, std::size_t n) {
    const std::size_t d = codes.size() / n;
    for (std::size_t row = 0; row < n; ++row) {
      const auto& texts = text.next(codes.subspan(row * d, d));
      Texts named;
      for (std::size_t k = 0; k < texts.size(); ++k) named[text.columns()[k]] = texts[k];
      use(named);
    }
  });
}

std::int64_t days(const std::string& text) { return schema::day_of(*schema::parse_moment(text)); }
double number(const std::string& text) { return *schema::parse_number(text); }

/// Columns of a row that contradict others, by arithmetic of its own.
std::string contradiction(const Texts& row) {
  const std::int64_t admitted = days(row.at("admitted"));
  if (std::stoi(row.at("month")) != std::stoi(row.at("admitted").substr(5, 2))) return "month";
  if (std::stoi(row.at("weekday")) != (admitted + 3) % 7 + 1) return "weekday";  // 1970-01-01 was a Thursday
  if (row.at("left").empty() != row.at("stay").empty()) return "missing stay";
  if (!row.at("left").empty() && days(row.at("left")) - admitted != std::stoi(row.at("stay"))) return "stay";
  if (std::abs(number(row.at("cash")) + number(row.at("card")) - number(row.at("paid"))) > 1e-9) return "paid";
  if (std::abs(number(row.at("tests")) / number(row.at("visits")) - number(row.at("rate"))) > 1e-9) return "rate";
  return row.at("tests") == row.at("many_tests") ? "" : "many_tests";
}

TEST(Computed, NoneOfAHundredThousandRowsContradictsItself) {
  for (const int months : {1, 12}) {
    const schema::Schema schema(hospital(months), {});
    const Generator made = generator(schema.domain());
    const Tilted tilted(made, schema);
    for (std::uint32_t i = 0; i < 12; ++i) EXPECT_FALSE(tilted.loose(i)) << i;
    std::map<std::string, int> found;
    for_rows(tilted, schema, 100000, [&](const Texts& row) { ++found[contradiction(row)]; });
    EXPECT_EQ(found, (std::map<std::string, int>{{"", 100000}}));
  }
}

/// Largest difference of a share.
double apart(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0;
  for (std::size_t k = 0; k < a.size(); ++k) worst = std::max(worst, std::abs(a[k] - b[k]));
  return worst;
}

/// A component for each of some sound rows, mostly of its codes.
Generator learned(const schema::Schema& schema, std::uint32_t components) {
  Generator made(schema.domain(), components);
  std::vector<float> logits(std::size_t{components} * schema.domain().width(), 0.0F);
  PublicStream draw(1, "sound rows");
  for (std::uint32_t b = 0; b < components; ++b) {
    const auto came = static_cast<std::int64_t>(day("2021-01-01") + 600 * draw.uniform());
    const auto stay = static_cast<std::int64_t>(draw.below(50));
    const double cash = 20 * draw.uniform(), card = 40 * draw.uniform();
    const auto tests = static_cast<double>(draw.below(9)), visits = static_cast<double>(1 + draw.below(6));
    const double numbers[] = {static_cast<double>(came),
                              static_cast<double>(came + stay),
                              static_cast<double>(schema::part_of(came * 86400, schema::DatePart::weekday)),
                              static_cast<double>(schema::part_of(came * 86400, schema::DatePart::month)),
                              static_cast<double>(stay),
                              cash,
                              card,
                              cash + card,
                              tests,
                              visits,
                              tests / visits,
                              tests,
                              static_cast<double>(b % 2)};
    for (std::size_t i = 0; i < schema.attributes().size(); ++i) {
      const auto code = schema.encode_number(i, numbers[i]).code;
      logits[b * schema.domain().width() + schema.domain().offset(i) + code] = 9;
    }
  }
  made.set_logits(std::move(logits));
  return made;
}

TEST(Computed, TheirOwnDistributionsAndThoseOfAllOthersStayThoseOfTheModel) {
  auto attributes = hospital();
  attributes.push_back({.name = "sex", .type = schema::Coded{2}});
  const schema::Schema schema(attributes, {});
  const Generator made = learned(schema, 60);
  const Tilted tilted(made, schema), free(made, schema.constraints());
  for (std::uint32_t i = 0; i < 13; ++i) {
    const double bound = attributes[i].name == "sex" ? 1e-6 : 0.01;
    EXPECT_LT(apart(tilted.answer(schema::Marginal{i}), free.answer(schema::Marginal{i})), bound) << attributes[i].name;
  }
  EXPECT_NEAR(tilted.mass(), 1, 1e-9);
  EXPECT_NEAR(tilted.effective_components(), 60, 1e-6);
}

TEST(Computed, ConditionsOnThemHoldForWhatIsWritten) {
  const schema::Schema schema(hospital(), {});
  const Generator made = generator(schema.domain());
  Tilted tilted(made, schema);
  tilted.where(4, {4, 5});   // stay from 15 on
  tilted.where(2, {5});      // Saturday, Sunday
  tilted.where(10, {0, 1});  // rate below 1
  EXPECT_GT(tilted.mass(), 0);
  int rows = 0;
  for_rows(tilted, schema, 20000, [&](const Texts& row) {
    ++rows;
    EXPECT_EQ(contradiction(row), "");
    EXPECT_GE(std::stoi(row.at("stay")), 15);
    EXPECT_GE(std::stoi(row.at("weekday")), 6);
    EXPECT_LT(number(row.at("rate")), 1);
  });
  EXPECT_EQ(rows, 20000);
}

TEST(Computed, OfTooManyCombinationsCannotBeAskedForAndAreComputedAllTheSame) {
  const schema::Schema schema(
      {numbers("first", steps(0, 799, 1), true), numbers("second", steps(0, 799, 1), true),
       numbers("between", steps(-799, 799, 1), true, {.kind = Kind::difference, .columns = {"first", "second"}})},
      {});
  const Generator made = generator(schema.domain(), 2);
  Tilted tilted(made, schema);
  ASSERT_TRUE(tilted.loose(2));
  EXPECT_THROW(tilted.where(2, {5}), std::invalid_argument);
  EXPECT_THROW(tilted.match({Margin{{2}, {{{{5}}, 1.0}}}}), std::invalid_argument);
  for_rows(tilted, schema, 2000, [&](const Texts& row) {
    EXPECT_EQ(std::stoi(row.at("first")) - std::stoi(row.at("second")), std::stoi(row.at("between")));
  });
}

TEST(Computed, FollowAlsoWhereTheModelHasNoneOfTheirCombinations) {
  const schema::Schema schema({numbers("first", {0, 5, 9}, true), numbers("second", {0, 5, 9}, true),
                               numbers("sum", {0, 10, 18}, true, {.kind = Kind::sum, .columns = {"first", "second"}})},
                              {});
  Generator made(schema.domain(), 1);
  made.set_logits({0, -1000, 0, -1000, -1000, 0});  // 0..4 and 0..4, and a sum of 10 at least
  const Tilted tilted(made, schema);
  EXPECT_TRUE(tilted.loose(2));
  for_rows(tilted, schema, 500, [&](const Texts& row) {
    EXPECT_EQ(std::stoi(row.at("first")) + std::stoi(row.at("second")), std::stoi(row.at("sum")));
    EXPECT_LT(std::stoi(row.at("first")), 5);
  });
}

TEST(Computed, AreTheSameInCsvAndSql) {
  const schema::Schema schema = schema::Schema(hospital(), {"person", "case"})
                                    .with_id_patterns({schema::IdPattern("P'{:03d}"), schema::IdPattern()});
  const Generator made = generator(schema.domain());
  const test::TempFolder folder;
  write_tables({&made, 300, 7}, schema,
               {{folder / "rows.csv", TableFormat::csv}, {folder / "rows.sql", TableFormat::sql}});
  std::ifstream csv(folder / "rows.csv"), sql(folder / "rows.sql");
  std::string line, other, head;
  while (std::getline(sql, other) && other.rfind("INSERT", 0) != 0) {
    head += other + "\n";
  }
  EXPECT_NE(head.find("\n  \"person\" TEXT NOT NULL,\n  \"case\" BIGINT NOT NULL,\n"), std::string::npos) << head;
  std::getline(csv, line);
  for (int row = 1; row <= 300; ++row) {
    std::getline(csv, line);
    std::getline(sql, other);
    std::vector<std::string> cells{""};
    for (const char c : line) c == ',' ? cells.emplace_back() : (cells.back() += c, cells.back());
    ASSERT_EQ(cells.size(), 14U);
    ASSERT_EQ(cells[0].substr(0, 2), "P'");
    const std::string number = cells[0].substr(2);
    EXPECT_EQ(std::stoi(number), row);
    std::string expected = "('P\'\'" + number + "', " + cells[1];
    for (std::size_t k = 2; k < cells.size(); ++k) {
      const bool text = k == 2 || k == 3;
      expected += cells[k].empty() ? ", NULL" : text ? ", '" + cells[k] + "'" : ", " + cells[k];
    }
    EXPECT_EQ(other.substr(0, other.rfind(')')), expected);
  }
}

}  // namespace
}  // namespace fedloom::model
