#include "page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

namespace fedloom::live {
namespace {

using testing::HasSubstr;
using testing::Not;

const Instant start{};

RunFacts facts() {
  return {.run_id = "run-17",
          .experiment = "adult <three>",
          .trust = "none",
          .epsilon = 1,
          .delta = 1e-9,
          .sites = {{"north", start + std::chrono::seconds(8), false}, {"west \"coast\"", std::nullopt, true}},
          .rounds = {{1, "one-way", 139, 0.49, 0, 1.3},
                     {2, "sketch", 952, 0.58, 0, 0.25},
                     {3, "measure", 2304, 0.64, 1.07, 0.5},
                     {4, "measure", 700, 0.7, 0.98, 0.5}},
          .rounds_planned = 12,
          .started = start,
          .note = ""};
}
const Instant now = start + std::chrono::seconds(10);

TEST(LivePage, ShowsRoundsBudgetSitesAndTheTimeLeft) {
  const auto page = page_of(facts(), now);
  EXPECT_THAT(page, HasSubstr("<b>4 of about 12</b>"));
  EXPECT_THAT(page, HasSubstr("<b>0.7 of 1</b>"));
  EXPECT_THAT(page, HasSubstr("<b>1,400</b><span>noisy numbers a second"));
  EXPECT_THAT(page, HasSubstr("<b>about 20 s</b><span>left"));
  EXPECT_THAT(page, HasSubstr("<td>north</td><td>2 s ago</td><td></td>"));
  EXPECT_THAT(page, HasSubstr("<td>not yet</td><td>waiting for it</td>"));
  EXPECT_THAT(page, HasSubstr("measure 0.12"));
  EXPECT_THAT(page, HasSubstr("<polyline"));
}

TEST(LivePage, EscapesEveryName) {
  const auto page = page_of(facts(), now);
  EXPECT_THAT(page, HasSubstr("adult &lt;three&gt;"));
  EXPECT_THAT(page, HasSubstr("west &quot;coast&quot;"));
  EXPECT_THAT(page, Not(HasSubstr("<three>")));
}

TEST(LivePage, AsksForItselfAgainAndForNothingElse) {
  const auto page = page_of(facts(), now);
  EXPECT_THAT(page, HasSubstr("http-equiv=\"refresh\""));
  for (const char* outside : {"http:", "https:", "<script", "src=", "url("}) EXPECT_THAT(page, Not(HasSubstr(outside)));
}

TEST(LivePage, CanBeShownBeforeAnythingHappened) {
  const auto page = page_of(RunFacts{}, now);
  EXPECT_THAT(page, HasSubstr("<b>0 of ?</b>"));
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, Not(HasSubstr("inf")));
}

TEST(LivePage, HoldsNoNumberThatIsNotAmongItsFacts) {
  auto other = facts();
  const auto page = page_of(facts(), now);
  // The same facts give the same bytes; a change of any fact shows, so that nothing else can be in it.
  EXPECT_EQ(page, page_of(other, now));
  other.rounds[2].chi2_per_cell = 1.5;
  EXPECT_NE(page, page_of(other, now));
}

TEST(LiveMetrics, AreInPrometheusTextFormat) {
  const auto text = metrics_of(facts(), now);
  const std::regex line(
      R"(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\})? [-+.0-9e]+)");
  std::size_t from = 0, lines = 0;
  while (from < text.size()) {
    const auto end = text.find('\n', from);
    ASSERT_NE(end, text.npos) << "the last line has an end too";
    EXPECT_TRUE(std::regex_match(text.substr(from, end - from), line)) << text.substr(from, end - from);
    from = end + 1;
    ++lines;
  }
  EXPECT_GT(lines, 20U);
  EXPECT_THAT(text, HasSubstr("fedloom_epsilon_spent 0.7\n"));
  EXPECT_THAT(text, HasSubstr("fedloom_rounds_planned 12\n"));
  EXPECT_THAT(text, HasSubstr("fedloom_site_seconds_since_seen{site=\"north\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("fedloom_site_awaited{site=\"west \\\"coast\\\"\"} 1\n"));
}

TEST(LiveMetrics, KnowNoTimeLeftBeforeTheFirstRoundAndAfterTheLast) {
  auto run = facts();
  EXPECT_TRUE(seconds_left(run, now).has_value());
  run.rounds_planned = 4;
  EXPECT_FALSE(seconds_left(run, now).has_value());
  run.rounds.clear();
  EXPECT_FALSE(seconds_left(run, now).has_value());
}

}  // namespace
}  // namespace fedloom::live
