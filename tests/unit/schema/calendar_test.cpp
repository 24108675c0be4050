#include "fedloom/schema/calendar.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {
namespace {

constexpr std::int64_t hour = 3600, day = 86400;

TEST(Calendar, ReadsDatesAndMomentsOfIso8601) {
  EXPECT_EQ(parse_moment("1970-01-01"), 0);
  EXPECT_EQ(parse_moment(" 1970-01-02 "), day);
  EXPECT_EQ(parse_moment("1969-12-31"), -day);
  EXPECT_EQ(parse_moment("2000-02-29"), 11016 * day);
  EXPECT_EQ(parse_moment("1970-01-01T01:30"), hour + 1800);
  EXPECT_EQ(parse_moment("1970-01-01 01:30:05.999999"), hour + 1805);
  EXPECT_EQ(parse_moment("1970-01-01 01:00:00+01"), 0);
  EXPECT_EQ(parse_moment("1970-01-01T01:00:00-01:30"), 2 * hour + 1800);
  EXPECT_EQ(parse_moment("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_moment("2016-12-31T23:59:60"), parse_moment("2016-12-31T23:59:59"));
}

TEST(Calendar, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "1970", "1970-13-01", "2001-02-29", "0000-01-01", "1970-1-1", "1970-01-01x", "1970-01-01T",
        "1970-01-01T24:00", "1970-01-01 10:00:00.", "1970-01-01T10:00+", "1970-01-01T10:00+99", "01.02.1970", "7"}) {
    EXPECT_EQ(parse_moment(text), std::nullopt) << text;
  }
}

TEST(Calendar, ReadsAndWritesAFormatOfItsOwn) {
  const DateFormat german{"%d.%m.%Y"}, plain{"%Y%m%d%H%M"};
  EXPECT_EQ(parse_moment("31.01.1970", german), 30 * day);
  EXPECT_EQ(parse_moment("1970-01-31", german), std::nullopt);
  EXPECT_EQ(print_date(30, german), "31.01.1970");
  EXPECT_EQ(parse_moment("197001020130", plain), day + 5400);
  EXPECT_EQ(print_moment(day + 5400, plain), "197001020130");
}

TEST(Calendar, NamesWhatIsWrongWithAFormat) {
  EXPECT_EQ(fault_of({"%Y-%m-%d"}, false), "");
  EXPECT_EQ(fault_of({"%Y-%m"}, false), "the format lacks %d");
  EXPECT_EQ(fault_of({"%Y-%m-%d"}, true), "the format lacks %H");
  EXPECT_EQ(fault_of({"%Y-%m-%d%Y"}, false), "the format has %Y twice");
  EXPECT_NE(fault_of({"%Y-%b-%d"}, false), "");
  EXPECT_NE(fault_of({"%Y-%m-%d%"}, false), "");
}

TEST(Calendar, PrintsWhatItReads) {
  for (std::int64_t days = -800000; days < 2000000; days += 997) {
    const std::string text = print_date(days);
    if (days < -719162) continue;  // before the year 1
    ASSERT_EQ(parse_moment(text), days * day) << text;
    ASSERT_EQ(parse_moment(print_moment(days * day + 7 * hour + 8)), days * day + 7 * hour + 8);
  }
}

TEST(Calendar, GivesTheParts) {
  const std::int64_t moment = *parse_moment("2024-12-30T17:45");  // a Monday, of the first week of 2025
  EXPECT_EQ(part_of(moment, DatePart::year), 2024);
  EXPECT_EQ(part_of(moment, DatePart::quarter), 4);
  EXPECT_EQ(part_of(moment, DatePart::month), 12);
  EXPECT_EQ(part_of(moment, DatePart::week), 1);
  EXPECT_EQ(part_of(moment, DatePart::day), 30);
  EXPECT_EQ(part_of(moment, DatePart::weekday), 1);
  EXPECT_EQ(part_of(moment, DatePart::hour), 17);
  EXPECT_EQ(part_of(*parse_moment("1969-12-31T23:00"), DatePart::hour), 23) << "also before 1970";
  EXPECT_EQ(part_of(*parse_moment("2021-01-03"), DatePart::week), 53);
}

TEST(Calendar, GoesOnByMonths) {
  const auto of = [](const char* date) { return *parse_moment(date) / day; };
  EXPECT_EQ(months_later(of("2024-01-31"), 1), of("2024-02-29"));
  EXPECT_EQ(months_later(of("2024-01-31"), 2), of("2024-03-31"));
  EXPECT_EQ(months_later(of("2024-11-15"), 3), of("2025-02-15"));
}

Schema admitted(Outside outside) {
  Attribute attribute{"admitted", Binned{true, {0, 31, 59}, outside}, true, {""}};
  std::get<Binned>(attribute.type).calendar = Calendar::date;
  return Schema({attribute}, {});
}

TEST(DateColumn, PutsDaysIntoBinsAndDecodesToARealDay) {
  const Schema schema = admitted(Outside::clip);
  EXPECT_EQ(schema.encode(0, "1970-01-31").code, 0u);
  EXPECT_EQ(schema.encode(0, "1970-02-01 23:59:59").code, 1u);
  EXPECT_EQ(schema.encode(0, "1970-03-01").code, 1u) << "the last day belongs to the last bin";
  EXPECT_EQ(schema.encode(0, "1980-03-01").how, Encoded::How::clipped);
  EXPECT_EQ(schema.encode(0, "31").how, Encoded::How::refused);
  EXPECT_EQ(schema.encode(0, "").code, 2u);
  EXPECT_EQ(schema.decode(0, 0, 0.999), "1970-01-31");
  EXPECT_EQ(schema.decode(0, 1, 0.0), "1970-02-01");
  EXPECT_EQ(schema.label(0, 0), "1970-01-01 – 1970-01-31");
  EXPECT_EQ(admitted(Outside::refuse).encode(0, "1980-03-01").how, Encoded::How::refused);
}

TEST(DateColumn, HasNoEdgeThatItsFormatCannotWrite) {
  Attribute attribute{"seen", Binned{true, {0, 90, 180}, Outside::clip}, false, {""}};
  std::get<Binned>(attribute.type).calendar = Calendar::datetime;
  EXPECT_NO_THROW(Schema({attribute}, {}));
  std::get<Binned>(attribute.type).format = {"%Y-%m-%d %H:%M"};
  EXPECT_THROW(Schema({attribute}, {}), std::invalid_argument)
      << "a moment of 00:01 would be cut off to the bin before";
  std::get<Binned>(attribute.type).edges = {0, 120, 180};
  EXPECT_NO_THROW(Schema({attribute}, {}));
  const auto moments = [](std::vector<std::int64_t> list) { return std::vector<double>(list.begin(), list.end()); };
  std::get<Binned>(attribute.type).edges = moments({-9 * day + 60, -day, 0, 400 * day + 60, 401 * day});
  EXPECT_NO_THROW(Schema({attribute}, {}));
  for (const std::int64_t edge : {-8 * day + 61, 401 * day - 1}) {
    std::get<Binned>(attribute.type).edges = moments({-9 * day, edge, 402 * day});
    EXPECT_THROW(Schema({attribute}, {}), std::invalid_argument) << edge;
  }
}

Schema diagnosis(Hierarchy hierarchy, Outside outside = Outside::other) {
  return Schema({{"icd", Categorical{{"I21", "I21.4", "I"}, outside, "other", std::move(hierarchy)}, true, {""}}}, {});
}

TEST(HierarchicalColumn, FallsBackToTheNearestListedParent) {
  const Schema schema =
      diagnosis({.by_prefix = false, .parents = {{"I21.9", "I21"}, {"I21.91", "I21.9"}, {"I99", "I"}, {"K1", "K"}}});
  const auto encode = [&](const char* text) { return schema.encode(0, text); };
  EXPECT_EQ(encode("I21.4").how, Encoded::How::fits);
  EXPECT_EQ(encode("I21.91").code, 0u);
  EXPECT_EQ(encode("I21.91").how, Encoded::How::parent);
  EXPECT_EQ(encode("I99").code, 2u);
  EXPECT_EQ(encode("K1").how, Encoded::How::other);
  EXPECT_EQ(encode("I21.5").how, Encoded::How::other) << "by the tree alone, whatever it begins with";
  EXPECT_EQ(encode("").code, 4u);
}

TEST(HierarchicalColumn, FallsBackToItsOwnBeginning) {
  const Schema schema = diagnosis({.by_prefix = true, .parents = {}});
  EXPECT_EQ(schema.encode(0, "I21.9").code, 0u);
  EXPECT_EQ(schema.encode(0, "I21.49").code, 1u);
  EXPECT_EQ(schema.encode(0, "I70").code, 2u);
  EXPECT_EQ(schema.encode(0, "K70").how, Encoded::How::other);
  EXPECT_EQ(diagnosis({.by_prefix = true, .parents = {}}, Outside::refuse).encode(0, "K70").how, Encoded::How::refused);
}

}  // namespace
}  // namespace fedloom::schema
