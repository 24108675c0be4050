#include "fedloom/schema/schema.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <stdexcept>

#include "fedloom/schema/number.hpp"

namespace fedloom::schema {
namespace {

using How = Encoded::How;

Attribute colour(Outside outside = Outside::refuse, bool missing = false) {
  return {"colour", Categorical{{"red", "green", "blue"}, outside, "other"}, missing, {""}};
}
Attribute whole(std::vector<double> edges, Outside outside = Outside::clip, bool missing = false) {
  return {"whole", Binned{true, std::move(edges), outside}, missing, {""}};
}
Attribute real(std::vector<double> edges, Outside outside = Outside::clip, bool missing = false) {
  return {"real", Binned{false, std::move(edges), outside}, missing, {""}};
}
Attribute coded(std::uint32_t size, Outside outside = Outside::refuse) {
  return {"coded", Coded{size, outside}, false, {""}};
}

Schema one(Attribute attribute) { return Schema({std::move(attribute)}, {}); }

void expect_code(const Schema& schema, std::string_view text, How how, std::uint32_t code) {
  const Encoded encoded = schema.encode(0, text);
  EXPECT_EQ(encoded.how, how) << text;
  EXPECT_EQ(encoded.code, code) << text;
}
void expect_refused(const Schema& schema, std::string_view text) {
  EXPECT_EQ(schema.encode(0, text).how, How::refused) << text;
}

TEST(Categories, AreCodedInTheirOrder) {
  expect_code(one(colour()), "red", How::fits, 0);
  expect_code(one(colour()), "blue", How::fits, 2);
}

TEST(Categories, AreComparedByteForByte) {
  for (const char* text : {"Red", " red", "red ", "", "violet"}) expect_refused(one(colour()), text);
}

TEST(Categories, OutsideTheListBecomeOtherWhereTheSchemaSaysSo) {
  const Schema schema = one(colour(Outside::other, true));
  expect_code(schema, "violet", How::other, 3);
  expect_code(schema, "", How::fits, 4);
  EXPECT_EQ(schema.domain().size(0), 5u);
  EXPECT_EQ(schema.decode(0, 3, 0.5), "other");
  EXPECT_EQ(schema.label(0, 4), "missing");
}

TEST(Categories, NeedNotBeListedWhereAnyTextMayStand) {
  Attribute text = colour(Outside::other, true);
  std::get<Categorical>(text.type).values.clear();
  const Schema schema = one(text);
  expect_code(schema, "seen twice by the doctor", How::other, 0);
  expect_code(schema, "", How::fits, 1);
  EXPECT_EQ(schema.domain().size(0), 2u);
  EXPECT_EQ(schema.decode(0, 0, 0.5), "other");
}

TEST(Missing, IsTheLastCodeOfEachKind) {
  expect_code(one(whole({0, 5, 9}, Outside::clip, true)), "", How::fits, 2);
  expect_code(one(real({0, 5, 9}, Outside::clip, true)), "", How::fits, 2);
  Attribute codes = coded(4);
  codes.missing = true;
  expect_code(one(codes), "", How::fits, 4);
}

TEST(Missing, MayHaveSeveralTextsOfWhichTheFirstIsWritten) {
  Attribute attribute = whole({0, 5, 9}, Outside::refuse, true);
  attribute.missing_tokens = {"?", "NA"};
  const Schema schema = one(attribute);
  expect_code(schema, "?", How::fits, 2);
  expect_code(schema, "NA", How::fits, 2);
  expect_refused(schema, "");
  EXPECT_EQ(schema.decode(0, 2, 0.5), "?");
}

TEST(Missing, IsRefusedWhereTheSchemaDoesNotAllowIt) {
  expect_refused(one(colour()), "");
  expect_refused(one(whole({0, 5})), "");
  expect_refused(one(coded(3)), "");
}

TEST(Bins, AreOpenAboveExceptTheLast) {
  for (const auto& edges : {std::vector<double>{0, 10, 20, 30}, std::vector<double>{0, 10, 20, 300}}) {
    const Schema schema = one(real(edges));
    expect_code(schema, "0", How::fits, 0);
    expect_code(schema, "9.999", How::fits, 0);
    expect_code(schema, "10", How::fits, 1);
    expect_code(schema, " 29.5 ", How::fits, 2);
    expect_code(schema, shortest(edges.back()), How::fits, 2);
  }
}

TEST(Bins, ClipOrRefuseWhatIsOutside) {
  expect_code(one(real({0, 1, 2})), "-5", How::clipped, 0);
  expect_code(one(real({0, 1, 2})), "2.001", How::clipped, 1);
  expect_refused(one(real({0, 1, 2}, Outside::refuse)), "-5");
  expect_refused(one(real({0, 1, 2}, Outside::refuse)), "2.001");
}

TEST(Bins, RefuseWhatIsNoFiniteNumber) {
  for (const char* text : {"x", "nan", "inf", "1e999", "1;2"}) expect_refused(one(real({0, 1})), text);
}

TEST(IntegerBins, RefuseFractions) {
  expect_refused(one(whole({0, 10})), "3.5");
  expect_code(one(whole({0, 10})), "3.0", How::fits, 0);
}

TEST(IntegerBins, MayEndInABinOfOneNumber) {
  const Schema schema = one(whole({1, 2, 3, 3}));
  EXPECT_EQ(schema.domain().size(0), 3u);
  expect_code(schema, "3", How::fits, 2);
  expect_code(schema, "2", How::fits, 1);
  EXPECT_EQ(schema.decode(0, 2, 0.999), "3");
  EXPECT_EQ(schema.label(0, 2), "3");
}

TEST(IntegerBins, DecodeToEveryNumberInThemAndNoOther) {
  const Schema schema = one(whole({10, 13, 15}));
  EXPECT_EQ(schema.decode(0, 0, 0.0), "10");
  EXPECT_EQ(schema.decode(0, 0, 0.5), "11");
  EXPECT_EQ(schema.decode(0, 0, 0.9999999), "12");
  EXPECT_EQ(schema.decode(0, 1, 0.0), "13");
  EXPECT_EQ(schema.decode(0, 1, 0.9999999), "15");
  EXPECT_EQ(one(whole({0, 1, 9})).decode(0, 0, 0.7), "0");
}

TEST(Bins, HaveLabelsThatAPersonReads) {
  EXPECT_EQ(one(whole({20, 25, 30})).label(0, 0), "20–24");
  EXPECT_EQ(one(whole({20, 25, 30})).label(0, 1), "25–30");
  EXPECT_EQ(one(whole({0, 1, 9})).label(0, 0), "0");
  EXPECT_EQ(one(real({0, 0.5, 1})).label(0, 0), "[0, 0.5)");
  EXPECT_EQ(one(real({0, 0.5, 1})).label(0, 1), "[0.5, 1]");
}

TEST(Codes, AreWholeNumbersBelowTheSize) {
  expect_code(one(coded(4)), "3", How::fits, 3);
  expect_code(one(coded(4)), " 0 ", How::fits, 0);
  for (const char* text : {"4", "-1", "1.5", "x", "1e30"}) expect_refused(one(coded(4)), text);
  expect_code(one(coded(4, Outside::clip)), "9", How::clipped, 3);
  expect_code(one(coded(4, Outside::clip)), "-9", How::clipped, 0);
}

Schema mixed() {
  return Schema({colour(Outside::other, true), whole({-7, -3, 0, 1, 50, 1000, 1000}, Outside::clip, true),
                 real({-1e-3, 0.1, 0.2, 0.30000000000000004, 12345.678}), coded(7)},
                {"id"});
}

TEST(Schema, EncodesWhatItDecodesToTheSameCode) {
  const Schema schema = mixed();
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < schema.attributes().size(); ++i) {
    for (std::uint32_t code = 0; code < schema.domain().size(i); ++code) {
      for (int trial = 0; trial < 300; ++trial) {
        const double u = trial == 0   ? 0
                         : trial == 1 ? std::nextafter(1.0, 0.0)
                                      : std::ldexp(double(random() >> 11), -53);
        const std::string text = schema.decode(i, code, u);
        const Encoded encoded = schema.encode(i, text);
        ASSERT_EQ(encoded.code, code) << "attribute " << i << ": " << text;
        ASSERT_EQ(encoded.how, i == 0 && code == 3 ? How::other : How::fits);
      }
    }
  }
}

TEST(Schema, FindsTheBinOfEqualWidthAsByComparison) {
  std::vector<double> edges;
  for (int i = 0; i <= 1000; ++i) edges.push_back(0.1 * i - 7);
  const Schema schema = one(real(edges));
  std::mt19937_64 random(2);
  for (int trial = 0; trial < 20000; ++trial) {
    const bool on_an_edge = trial % 2 == 0;
    const double value =
        on_an_edge ? edges[random() % edges.size()] : -7 + std::ldexp(double(random() >> 11), -53) * 100;
    const auto above = std::upper_bound(edges.begin(), edges.end(), value) - edges.begin();
    const auto expected = static_cast<std::uint32_t>(std::min<std::ptrdiff_t>(above - 1, 999));
    ASSERT_EQ(schema.encode(0, shortest(value)).code, expected) << value;
  }
}

TEST(Schema, KeepsOnlyTheNamedAttributesInItsOwnOrder) {
  const Schema schema = mixed().only({"coded", "colour"});
  ASSERT_EQ(schema.attributes().size(), 2u);
  EXPECT_EQ(schema.domain().name(0), "colour");
  EXPECT_EQ(schema.domain().name(1), "coded");
  EXPECT_EQ(schema.encode(1, "6").code, 6u);
  EXPECT_THROW(mixed().only({"height"}), std::invalid_argument);
}

TEST(Schema, StaysWholeWhenItsOriginalIsGone) {
  auto original = std::make_unique<Schema>(mixed());
  const Schema copy = *original;
  original.reset();
  EXPECT_EQ(copy.encode(0, "blue").code, 2u);
}

TEST(SchemaHash, IsTheSameForTheSameSchemaWhateverItsIds) {
  EXPECT_EQ(mixed().hash(), mixed().hash());
  EXPECT_EQ(Schema({colour()}, {"a"}).hash(), Schema({colour()}, {}).hash());
}

TEST(SchemaHash, ChangesWithEverythingThatChangesCodesOrNames) {
  const std::vector<std::function<void(Attribute&)>> changes = {
      [](Attribute& a) { a.name = "hue"; },
      [](Attribute& a) { std::get<Categorical>(a.type).values[0] = "crimson"; },
      [](Attribute& a) { std::swap(std::get<Categorical>(a.type).values[0], std::get<Categorical>(a.type).values[1]); },
      [](Attribute& a) { std::get<Categorical>(a.type).outside = Outside::refuse; },
      [](Attribute& a) { std::get<Categorical>(a.type).other_label = "rest"; },
      [](Attribute& a) { a.missing = false; },
      [](Attribute& a) { a.missing_tokens = {"?"}; },
      [](Attribute& a) {
        a.type = Coded{3, Outside::refuse};
      },
      [](Attribute& a) {
        a.type = Coded{4, Outside::refuse};
      },
      [](Attribute& a) {
        a.type = Coded{3, Outside::clip};
      },
      [](Attribute& a) {
        a.type = Binned{true, {0, 1, 2}, Outside::clip};
      },
      [](Attribute& a) {
        a.type = Binned{false, {0, 1, 2}, Outside::clip};
      },
      [](Attribute& a) {
        a.type = Binned{false, {0, 1, 2.5}, Outside::clip};
      },
  };
  std::vector<Digest> seen = {one(colour(Outside::other, true)).hash()};
  for (const auto& change : changes) {
    Attribute attribute = colour(Outside::other, true);
    change(attribute);
    const Digest digest = one(attribute).hash();
    EXPECT_EQ(std::count(seen.begin(), seen.end(), digest), 0) << "change " << seen.size() - 1;
    seen.push_back(digest);
  }
}

TEST(Schema, RefusesImpossibleAttributes) {
  Attribute unnamed = coded(2), twice = colour(), empty = colour(), both = colour(Outside::refuse, true);
  Attribute no_token = colour(Outside::refuse, true), shadow = colour(Outside::other);
  unnamed.name = "";
  std::get<Categorical>(twice.type).values[1] = "red";
  std::get<Categorical>(empty.type).values.clear();
  both.missing_tokens = {"red"};
  no_token.missing_tokens = {};
  std::get<Categorical>(shadow.type).other_label = "red";
  const double infinity = INFINITY;
  for (const Attribute& bad :
       {unnamed, twice, empty, both, no_token, shadow, colour(Outside::clip), coded(0), coded(3, Outside::other),
        real({1}), real({1, 1}), real({2, 1}), real({0, infinity}), real({-1.7e308, 1.7e308}),
        real({0, 1}, Outside::other), whole({0, 1.5}), whole({0, 1e17}), whole({0, 0, 1}), whole({0, 2, 2, 2})}) {
    EXPECT_THROW(one(bad), std::invalid_argument);
  }
}

TEST(Schema, RefusesColumnsOfTheSameName) {
  EXPECT_THROW(Schema({coded(2), coded(2)}, {}), std::invalid_argument);
  EXPECT_THROW(Schema({coded(2)}, {"coded"}), std::invalid_argument);
  EXPECT_THROW(Schema({coded(2)}, {"id", "id"}), std::invalid_argument);
  EXPECT_THROW(Schema({coded(2)}, {""}), std::invalid_argument);
}

}  // namespace
}  // namespace fedloom::schema
