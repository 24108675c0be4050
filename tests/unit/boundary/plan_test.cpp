#include "fedloom/boundary/plan.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "fedloom/base/error.hpp"

namespace fedloom::boundary {
namespace {

using schema::Marginal;
using schema::Query;

schema::Domain domain() { return schema::Domain({{"age", 5}, {"sex", 2}, {"job", 7}}); }

Query marginal(Marginal attributes) { return {.kind = Query::Kind::marginal, .marginal = attributes}; }

Query sketch(Marginal attributes) {
  return {.kind = Query::Kind::sketch, .marginal = attributes, .sketch_rows = 8, .sketch_seed = UINT64_MAX - 5};
}

RoundPlan plan() {
  RoundPlan made{.round = 3, .attempt = 1, .reuse = true, .stage = "measure", .contributors = 2, .entity_rows = 3};
  made.queries.push_back({marginal({}), {.variance_num = 16, .variance_shift = 0, .grid_bits = 1}});
  made.queries.push_back({marginal({0, 2}), {.variance_num = 33, .variance_shift = 1, .grid_bits = 0}});
  made.queries.push_back({sketch({0, 1, 2}), {.variance_num = 400, .variance_shift = 0, .grid_bits = 0}});
  return made;
}

/// The same over five jobs of seven.
RoundPlan coarse_plan() {
  auto made = plan();
  made.coarsening = schema::Coarsening({{2, {0, 1, 4, 2, 4, 3, 4}}});
  return made;
}

RoundPlan through_bytes(const RoundPlan& sent, bool& ok) {
  ByteWriter out;
  write(out, sent);
  ByteReader in(out.bytes());
  auto got = read_plan(in);
  ok = in.finished();
  return got;
}

std::string json_error(const std::string& text) {
  try {
    plan_from_json(text, domain(), "plan.json");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(Plan, LengthIsTheSumOfItsAnswers) { EXPECT_EQ(plan().length(domain()), 1U + 35U + 8U); }

TEST(Plan, OverBinsItIsAsLongAsTheirAnswers) {
  EXPECT_EQ(coarse_plan().length(domain()), 1U + 25U + 8U);
  EXPECT_EQ(std::get<privacy::GaussianEvent>(events_of(coarse_plan(), domain())[1]).dimension, 25U);
}

TEST(Plan, OverBinsItCostsWhatItCostsOverCodes) {
  EXPECT_EQ(cost_of(coarse_plan(), domain()).value, cost_of(plan(), domain()).value);
}

TEST(Plan, OneEventAQueryWithTheEntitysSensitivity) {
  const auto events = events_of(plan(), domain());
  ASSERT_EQ(events.size(), 3U);
  const auto& pair = std::get<privacy::GaussianEvent>(events[1]);
  EXPECT_EQ(pair.sensitivity.squared, 9U);
  EXPECT_EQ(pair.dimension, 35U);
  EXPECT_EQ(pair.contributors, 2U);
  EXPECT_EQ(pair.site_noise, plan().queries[1].site_noise);
  const auto& signs = std::get<privacy::GaussianEvent>(events[2]);
  EXPECT_EQ(signs.sensitivity.squared, 8U * 9U);
  EXPECT_EQ(signs.dimension, 8U);
}

TEST(Plan, CostsWhatItsEventsCost) {
  double sum = 0;
  for (const auto& event : events_of(plan(), domain())) sum += privacy::rho(event).value;
  EXPECT_NEAR(cost_of(plan(), domain()).value, sum, 1e-12 * sum);
  EXPECT_GT(sum, 0);
}

TEST(Plan, ComesThroughBytesUnchanged) {
  bool ok = false;
  EXPECT_EQ(through_bytes(plan(), ok), plan());
  EXPECT_TRUE(ok);
  EXPECT_EQ(through_bytes(coarse_plan(), ok), coarse_plan());
  EXPECT_TRUE(ok);
}

TEST(Plan, ComesThroughJsonUnchanged) {
  EXPECT_EQ(plan_from_json(to_json(plan(), domain()), domain(), "plan.json"), plan());
  EXPECT_EQ(plan_from_json(to_json(coarse_plan(), domain()), domain(), "plan.json"), coarse_plan());
}

TEST(Plan, AttemptsOfOneRoundHaveOneContentHash) {
  auto other = plan();
  other.attempt = 9;
  other.reuse = false;
  EXPECT_EQ(content_hash(other), content_hash(plan()));
}

TEST(Plan, EveryOtherFieldChangesTheContentHash) {
  const std::vector<std::function<void(RoundPlan&)>> changes{
      [](RoundPlan& p) { ++p.round; },
      [](RoundPlan& p) { p.stage = "sketch"; },
      [](RoundPlan& p) { ++p.contributors; },
      [](RoundPlan& p) { ++p.entity_rows; },
      [](RoundPlan& p) { p.coarsening = coarse_plan().coarsening; },
      [](RoundPlan& p) { p.queries.pop_back(); },
      [](RoundPlan& p) {
        p.queries[1].query.marginal = Marginal({0, 1});
      },
      [](RoundPlan& p) { ++p.queries[2].query.sketch_rows; },
      [](RoundPlan& p) { ++p.queries[2].query.sketch_seed; },
      [](RoundPlan& p) { ++p.queries[0].site_noise.variance_num; },
      [](RoundPlan& p) { ++p.queries[0].site_noise.variance_shift; },
      [](RoundPlan& p) { ++p.queries[0].site_noise.grid_bits; }};
  for (std::size_t k = 0; k < changes.size(); ++k) {
    auto other = plan();
    changes[k](other);
    EXPECT_NE(content_hash(other), content_hash(plan())) << "change " << k;
  }
}

TEST(Plan, BytesOfAPlanThatNoDomainAllowsAreRefused) {
  const std::vector<std::function<void(RoundPlan&)>> faults{
      [](RoundPlan& p) { p.round = 0; },
      [](RoundPlan& p) { p.stage.clear(); },
      [](RoundPlan& p) { p.stage.assign(65, 'x'); },
      [](RoundPlan& p) { p.stage = "caf\xe9"; },
      [](RoundPlan& p) { p.stage = "two\nlines"; },
      [](RoundPlan& p) { p.contributors = 0; },
      [](RoundPlan& p) { p.contributors = 101; },
      [](RoundPlan& p) { p.entity_rows = 0; },
      [](RoundPlan& p) { p.entity_rows = (1U << 20) + 1; },
      [](RoundPlan& p) { p.queries[0].query.kind = static_cast<Query::Kind>(3); },
      [](RoundPlan& p) { p.queries[0].query.sketch_rows = 1; },
      [](RoundPlan& p) { p.queries[2].query.sketch_rows = 0; },
      [](RoundPlan& p) { p.queries[2].query.sketch_rows = 65537; },
      [](RoundPlan& p) { p.queries[0].site_noise.variance_num = 0; },
      [](RoundPlan& p) { p.queries[0].site_noise.variance_num = (std::uint64_t{1} << 40) + 1; },
      [](RoundPlan& p) { p.queries[0].site_noise.variance_shift = 49; },
      [](RoundPlan& p) { p.queries[0].site_noise.grid_bits = 25; }};
  for (std::size_t k = 0; k < faults.size(); ++k) {
    auto bad = plan();
    faults[k](bad);
    bool ok = true;
    through_bytes(bad, ok);
    EXPECT_FALSE(ok) << "fault " << k;
  }
}

TEST(Plan, CutBytesAreRefusedAtEveryLength) {
  ByteWriter out;
  write(out, coarse_plan());
  for (std::size_t length = 0; length < out.bytes().size(); ++length) {
    ByteReader in(ByteView(out.bytes()).first(length));
    read_plan(in);
    EXPECT_FALSE(in.ok()) << length;
  }
}

TEST(Plan, AttributesOutOfOrderAreRefused) {
  RoundPlan pair = plan();
  pair.queries = {pair.queries[1]};
  ByteWriter out;
  write(out, pair);
  auto bytes = out.bytes();
  // The two attributes are the u32 after the kind and the degree: swap them.
  const Bytes ascending{1, 2, 0, 0, 0, 0, 2, 0, 0, 0}, descending{1, 2, 2, 0, 0, 0, 0, 0, 0, 0};
  const auto at = std::search(bytes.begin(), bytes.end(), ascending.begin(), ascending.end());
  ASSERT_NE(at, bytes.end());
  std::copy(descending.begin(), descending.end(), at);
  ByteReader in(bytes);
  read_plan(in);
  EXPECT_FALSE(in.ok());
}

TEST(Plan, ACountOfQueriesFarBeyondTheBytesIsRefused) {
  RoundPlan empty = plan();
  empty.queries.clear();
  ByteWriter out;
  write(out, empty);
  auto bytes = out.bytes();
  std::fill(bytes.end() - 4, bytes.end(), std::uint8_t{0xff});
  ByteReader in(bytes);
  read_plan(in);
  EXPECT_FALSE(in.ok());
}

TEST(Plan, FitsADomainThatHasItsAttributes) { EXPECT_TRUE(fits(plan(), domain())); }

TEST(Plan, DoesNotFitADomainWithoutItsAttributes) {
  EXPECT_FALSE(fits(plan(), schema::Domain({{"age", 5}, {"sex", 2}})));
}

TEST(Plan, FitsOnlyTheDomainOfItsCoarsening) {
  EXPECT_TRUE(fits(coarse_plan(), domain()));
  EXPECT_FALSE(fits(coarse_plan(), schema::Domain({{"age", 5}, {"sex", 2}, {"job", 8}})));
}

TEST(Plan, FitsByItsBinsWhereItsCodesWouldBeTooMany) {
  const schema::Domain wide({{"a", 50'000}, {"b", 50'000}});
  RoundPlan asked{.round = 1, .stage = "measure"};
  asked.queries.push_back({marginal({0, 1}), {.variance_num = 16}});
  EXPECT_FALSE(fits(asked, wide));
  std::vector<std::uint32_t> bin_of(50'000, 1);
  bin_of[7] = 0;
  asked.coarsening = schema::Coarsening({{0, bin_of}});
  EXPECT_TRUE(fits(asked, wide));
}

TEST(Plan, DoesNotFitWhereAnAnswerOrAHistogramIsTooLarge) {
  const schema::Domain wide({{"a", 100'000}, {"b", 100'000}, {"c", 100'000}});
  for (const auto& query : {marginal({0, 1}), marginal({0, 1, 2}), sketch({0, 1})}) {
    auto large = plan();
    large.queries = {{query, {.variance_num = 16}}};
    EXPECT_FALSE(fits(large, wide));
  }
}

TEST(Plan, DoesNotFitAnythingWithoutQueries) {
  auto empty = plan();
  empty.queries.clear();
  EXPECT_FALSE(fits(empty, domain()));
}

TEST(Plan, BadJsonIsNamed) {
  const auto good = to_json(coarse_plan(), domain());
  const std::vector<std::array<std::string, 3>> cases{
      {"\"round\":3", "\"round\":0", "rounds count from 1"},
      {"\"round\":3", "\"round\":-3", "\"round\" must be a whole number"},
      {"\"round\":3", "\"rounds\":3", "unknown key \"rounds\""},
      {"\"reuse\":true", "\"reuse\":1", "\"reuse\" must be true or false"},
      {"\"stage\":\"measure\"", "\"stage\":7", "\"stage\" must be a text"},
      {"\"contributors\":2", "\"contributors\":0", "contributors"},
      {"[\"age\",\"job\"]", "[\"age\",\"wage\"]", "no attribute \"wage\""},
      {"[\"age\",\"job\"]", "[\"age\",\"age\"]", "names an attribute twice"},
      {"[\"age\",\"job\"]", "[\"age\",3]", "not a name"},
      {"\"bin_of\":[0,", "\"bin_of\":[5,", "a bin has no code"},
      {"\"bin_of\":[0,", "\"bin_of\":[0,0,", "another number of codes"},
      {"\"attribute\":\"job\"", "\"attribute\":\"wage\"", "no attribute 'wage'"},
      {"\"kind\":\"sketch\"", "\"kind\":\"median\"", "\"kind\" must be"},
      {"\"sketch_rows\":8", "\"sketch_rows\":0", "sketch_rows"},
      {"\"variance_num\":33", "\"variance_num\":0", "variance of zero"},
      {"\"grid_bits\":1", "\"grid_bits\":25", "\"grid_bits\" must be"},
      {"{\"round\"", "[\"round\"", "not a JSON object"}};
  for (const auto& [from, to, said] : cases) {
    const auto error = json_error(replaced(good, from, to));
    EXPECT_NE(error.find(said), std::string::npos) << to << ": " << error;
    EXPECT_NE(error.find("plan.json"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace fedloom::boundary
