#include "fedloom/schema/coarsening.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace fedloom::schema {
namespace {

Domain fine() { return Domain({{"age", 5}, {"sex", 2}, {"town", 4}}); }

/// Ages in two runs; of the towns only number 2 is kept apart.
Coarsening two_axes() { return Coarsening({{0, {0, 0, 1, 1, 1}}, {2, {1, 1, 0, 1}}}); }

std::string fault(std::vector<Coarsening::Axis> axes) {
  try {
    Coarsening made(std::move(axes));
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "accepted";
}

Coarsening through_bytes(const Coarsening& sent, bool& ok) {
  ByteWriter out;
  write(out, sent);
  ByteReader in(out.bytes());
  auto got = read_coarsening(in);
  ok = in.finished();
  return got;
}

TEST(Coarsening, GivesTheDomainOfItsBins) {
  EXPECT_EQ(two_axes().over(fine()), Domain({{"age", 2}, {"sex", 2}, {"town", 2}}));
  EXPECT_EQ(Coarsening().over(fine()), fine());
}

TEST(Coarsening, FitsOnlyADomainWithItsCodes) {
  EXPECT_TRUE(two_axes().fits(fine()));
  EXPECT_FALSE(two_axes().fits(Domain({{"age", 5}, {"sex", 2}})));
  EXPECT_FALSE(two_axes().fits(Domain({{"age", 6}, {"sex", 2}, {"town", 4}})));
}

TEST(CoarseningDeathTest, OverADomainThatItDoesNotFitAborts) {
  EXPECT_DEATH(two_axes().over(Domain({{"age", 6}, {"sex", 2}, {"town", 4}})), "broken invariant");
}

TEST(Coarsening, RefusesAMapThatIsNone) {
  EXPECT_EQ(fault({{0, {0, 0, 1}}, {1, {0, 0}}}), "accepted");
  EXPECT_NE(fault({{1, {0, 0}}, {0, {0, 0}}}).find("ascending"), std::string::npos);
  EXPECT_NE(fault({{0, {0, 0}}, {0, {0, 0}}}).find("ascending"), std::string::npos);
  EXPECT_NE(fault({{0, {}}}).find("no codes"), std::string::npos);
  EXPECT_NE(fault({{0, {0, 2, 2}}}).find("a bin has no code"), std::string::npos);
  EXPECT_NE(fault({{0, {1, 1, 1}}}).find("a bin has no code"), std::string::npos);
  EXPECT_NE(fault({{0, {0, 0, 7}}}).find("a bin has no code"), std::string::npos);
  EXPECT_NE(fault({{0, {1, 0}}}).find("keeps all its codes"), std::string::npos);
}

TEST(Coarsening, IsEqualByItsMapsNotByItsMemory) {
  EXPECT_EQ(two_axes(), two_axes());
  EXPECT_NE(two_axes(), Coarsening());
  EXPECT_NE(two_axes(), Coarsening({{0, {0, 0, 0, 1, 1}}, {2, {1, 1, 0, 1}}}));
}

TEST(Coarsening, ComesThroughBytesAndJsonUnchanged) {
  for (const Coarsening& sent : {two_axes(), Coarsening()}) {
    bool ok = false;
    EXPECT_EQ(through_bytes(sent, ok), sent);
    EXPECT_TRUE(ok);
    EXPECT_EQ(coarsening_from_json(to_json(sent, fine()), fine()), sent);
  }
}

TEST(Coarsening, CutBytesAreRefusedAtEveryLength) {
  ByteWriter out;
  write(out, two_axes());
  for (std::size_t length = 0; length < out.bytes().size(); ++length) {
    ByteReader in(ByteView(out.bytes()).first(length));
    read_coarsening(in);
    EXPECT_FALSE(in.ok()) << length;
  }
}

TEST(Coarsening, BytesOfAMapThatIsNoneAreRefused) {
  ByteWriter gap;
  for (const std::uint32_t word : {1U, 0U, 3U, 0U, 2U, 2U}) gap.u32(word);
  ByteReader in(gap.bytes());
  read_coarsening(in);
  EXPECT_FALSE(in.ok());
}

TEST(Coarsening, MoreCodesThanTheWireCarriesAreRefusedBeforeTheyAreRead) {
  ByteWriter huge;
  for (const std::uint32_t word : {1U, 0U, Coarsening::max_codes + 1}) huge.u32(word);
  ByteReader in(huge.bytes());
  read_coarsening(in);
  EXPECT_FALSE(in.ok());
}

TEST(Coarsening, BadJsonIsRefused) {
  for (const char* text :
       {"", "{}", "[1]", R"([{"attribute":"wage","bin_of":[0,0]}])", R"([{"attribute":"age","bin_of":[0,0]}])",
        R"([{"attribute":"age","bin_of":"0"}])", R"([{"attribute":"sex"}])"}) {
    EXPECT_THROW(coarsening_from_json(text, fine()), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace fedloom::schema
