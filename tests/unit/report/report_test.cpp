#include "fedloom/report/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <stack>

#include "fedloom/base/error.hpp"
#include "public_folder.hpp"

namespace fedloom::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string report_of(PublicFolder& folder) {
  folder.write();
  write_report(folder.path());
  return folder.page();
}

std::string name_of_this_test() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

/// The first start or end tag that does not fit, or "" where all do.
std::string first_unbalanced_tag(const std::string& html) {
  std::stack<std::string> open;
  const std::regex tag("<(/?)([a-z0-9]+)([^<>]*)>");
  const auto body = html.substr(html.find("<html"));
  for (std::sregex_iterator it(body.begin(), body.end(), tag), end; it != end; ++it) {
    const auto name = (*it)[2].str();
    if (name == "meta" || (*it)[3].str().ends_with("/")) continue;
    if ((*it)[1].length() == 0) {
      open.push(name);
    } else {
      if (open.empty() || open.top() != name) return it->str();
      open.pop();
    }
  }
  return open.empty() ? "" : open.top();
}

TEST(Report, StatesTheGuaranteeWithItsUnitAndItsAdversary) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  EXPECT_THAT(page, HasSubstr("ε = 1 and δ = 1e-9"));
  EXPECT_THAT(
      page,
      HasSubstr(
          "for adding or removing one row or, at a site that names a column for it, one entity with all its rows; "
          "at most one row of it counts."));
  EXPECT_THAT(page, HasSubstr("also when one site pools"));
  EXPECT_THAT(page, HasSubstr("3 sites (north, south, west)"));
  EXPECT_THAT(page, HasSubstr("ρ = 0.02 of 0.02"));
}

TEST(Report, ClaimsNothingAboutAUnitThatTheFilesDoNotName) {
  PublicFolder folder(name_of_this_test());
  folder.metrics.erase("unit_max_rows");
  const auto page = report_of(folder);
  EXPECT_THAT(page, Not(HasSubstr("one row")));
  EXPECT_THAT(page, HasSubstr("as config.resolved.yaml defines it"));
}

TEST(Report, NamesAnEntityThatMayHaveSeveralRows) {
  PublicFolder folder(name_of_this_test());
  folder.metrics["unit_max_rows"] = 4;
  EXPECT_THAT(report_of(folder), HasSubstr("at most 4 rows of it count."));
  folder.metrics["unit_max_sites"] = 2;
  EXPECT_THAT(report_of(folder), HasSubstr("at most 4 rows of it count at each of at most 2 sites."));
}

TEST(Report, SaysWhomCentralAndAggregateTrustDoesNotProtectFrom) {
  PublicFolder folder(name_of_this_test());
  folder.metrics["trust"] = "central";
  EXPECT_THAT(report_of(folder), HasSubstr("does not hold against the process that held the rows"));
  folder.metrics["trust"] = "aggregate";
  EXPECT_THAT(report_of(folder), HasSubstr("does not hold against the coordinator"));
}

TEST(Report, ShowsEachRoundWithItsNoiseAndItsCost) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  EXPECT_THAT(
      page,
      HasSubstr(
          "<td>one-way</td><td class=\"marginals\">sex, colour</td><td class=\"n\">6</td><td class=\"n\">12.5</td>"
          "<td class=\"n\">0.005</td>"));
  EXPECT_THAT(page, HasSubstr(">sex × colour</td>"));
  EXPECT_THAT(page, HasSubstr("<td class=\"n\">4.25</td>"));
}

TEST(Report, SumsTheBudgetByStage) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  EXPECT_THAT(page,
              HasSubstr("</span>one-way</th><td class=\"n\">1</td><td class=\"n\">0.005</td><td class=\"n\">25.0 %"));
  EXPECT_THAT(page,
              HasSubstr("</span>measure</th><td class=\"n\">2</td><td class=\"n\">0.015</td><td class=\"n\">75.0 %"));
  EXPECT_THAT(page,
              HasSubstr("</span>not spent</th><td class=\"n\">–</td><td class=\"n\">0</td><td class=\"n\">0.0 %"));
}

TEST(Report, ShowsWhatIsLeftOfAnUnspentBudget) {
  PublicFolder folder(name_of_this_test());
  folder.rounds.pop_back();
  folder.metrics["rho_spent"] = 0.015;
  const auto page = report_of(folder);
  EXPECT_THAT(page, HasSubstr("not spent</th><td class=\"n\">–</td><td class=\"n\">0.005</td><td class=\"n\">25.0 %"));
  EXPECT_THAT(page, HasSubstr("<b>75.0 %</b>"));
}

TEST(Report, ShowsWhatRoundsCostThatWereLost) {
  PublicFolder folder(name_of_this_test());
  folder.rounds.pop_back();
  const auto page = report_of(folder);
  EXPECT_THAT(page, HasSubstr("rounds that were lost</th><td class=\"n\">–</td><td class=\"n\">0.005</td>"));
  EXPECT_THAT(page, HasSubstr("not spent</th><td class=\"n\">–</td><td class=\"n\">0</td>"));
}

TEST(Report, PutsTheModelBesideTheNoisyMeasurement) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  // 400 and −20 of 1000 rows, σ 12.5; the model gives every value the same share.
  EXPECT_THAT(page, HasSubstr("<title>Female: synthetic 50.00 %, measured 40.00 % ± 1.25 %</title>"));
  EXPECT_THAT(page, HasSubstr("<title>Male: synthetic 50.00 %, measured −2.00 % ± 1.25 %</title>"));
  EXPECT_THAT(page, HasSubstr("<title>blue: synthetic 33.33 %</title>"));
  EXPECT_EQ(count(page, "Not measured by itself."), 1U);
  EXPECT_EQ(count(page, "<circle class=\"measured\""), 2U);
}

TEST(Report, ShowsTheCodesOfAnAttributeThatWasMeasuredInBins) {
  PublicFolder folder(name_of_this_test());
  folder.write();
  const schema::Domain codes({{"sex", 2}, {"colour", 3}});
  const schema::Coarsening bins({{1, {0, 1, 1}}});
  model::Generator generator(bins.over(codes), 2);
  generator.expand({codes, bins, {{1.0, 0.25, 0.75}}});
  generator.save(folder.path(), {});
  boundary::Measurement coarse{.query = {.marginal = schema::Marginal{1}}, .grid_values = {500, 500}, .sigma = 9};
  coarse.coarsening = bins;
  boundary::save_measurements(folder.path() / "measurements.jsonl", codes, {coarse});
  write_report(folder.path());
  EXPECT_THAT(folder.page(), HasSubstr("<title>blue: synthetic 37.50 %</title>"));
}

TEST(Report, DrawsTheFitOfTheRoundsThatHaveOne) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  EXPECT_EQ(count(page, "<circle class=\"point\""), 2U);
  EXPECT_THAT(page, HasSubstr("Chi-square per cell goes from 4.25 to 1.5"));
  EXPECT_EQ(count(page, "<line class=\"reference\""), 1U);
}

TEST(Report, SaysSoWhereThereIsNoFitToDraw) {
  PublicFolder folder(name_of_this_test());
  folder.rounds.resize(1);
  EXPECT_THAT(report_of(folder), HasSubstr("There were not enough rounds"));
}

TEST(Report, EveryPictureHasATitleAndADescription) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  EXPECT_EQ(count(page, "<svg role=\"img\""), 5U);                        // budget, fit, two attributes, their pair
  EXPECT_EQ(count(page, "<svg "), count(page, "<svg role=\"img\"") + 1);  // the curve inside the fit
  EXPECT_EQ(count(page, "<desc id="), 5U);
}

TEST(Report, IsWellFormed) {
  PublicFolder folder(name_of_this_test());
  EXPECT_EQ(first_unbalanced_tag(report_of(folder)), "");
}

TEST(Report, ALongDomainIsDrawnInGroupsOfNeighbours) {
  PublicFolder folder(name_of_this_test());
  nlohmann::json labels = nlohmann::json::array();
  for (int k = 0; k < 401; ++k) labels.push_back("v" + std::to_string(k));
  folder.metrics["attributes"][0]["labels"] = labels;
  const auto page = report_of(folder);
  EXPECT_THAT(page, HasSubstr("3 neighbouring values a bar."));
  EXPECT_THAT(page, HasSubstr("v0 … v2: synthetic 0.75 %, measured 38.00 % ± 2.17 %"));  // √3 · 1.25 %
  EXPECT_THAT(page, HasSubstr("v399 … v400: synthetic 0.50 %"));
  EXPECT_EQ(first_unbalanced_tag(page), "");
}

TEST(Report, LoadsNothingFromElsewhereAndHasNoScript) {
  PublicFolder folder(name_of_this_test());
  const auto page = report_of(folder);
  for (const auto* part : {"http:", "https:", "//", "src=", "@import", "url(", "<script", "<link", "javascript:"})
    EXPECT_THAT(page, Not(HasSubstr(part))) << part;
  EXPECT_EQ(count(page, "href="), count(page, "href=\"#")) << "links stay in the page";
}

TEST(Report, SetsTheErrorThatWasFoundBesideTheOneToExpect) {
  PublicFolder folder(name_of_this_test());
  // Two cells with σ = 12.5 of 1000 rows: √(2/π)·12.5·2/1000; and |0.4 − 0.5| + |−0.02 − 0.5|.
  EXPECT_THAT(report_of(folder),
              HasSubstr("single attributes</th><td class=\"n\">1</td><td class=\"n\">2</td><td class=\"n\">0.0199</td>"
                        "<td class=\"n\">0.62</td>"));
}

TEST(Report, ShowsBothCostsOfAPersonWhoMayBeKnownAtSeveralSites) {
  PublicFolder folder(name_of_this_test());
  EXPECT_THAT(report_of(folder), Not(HasSubstr("A person known at")));
  folder.metrics["unit_max_sites"] = 2;
  const auto page = report_of(folder);
  EXPECT_THAT(page, HasSubstr("A person known at one site only</th><td>ε = "));
  EXPECT_THAT(page, HasSubstr("(ρ = 0.005)"));
  EXPECT_THAT(page, HasSubstr("A person known at 2 sites</th><td>ε = "));
  EXPECT_THAT(page, HasSubstr("(ρ = 0.02)"));
}

TEST(Report, ShowsTheFirstRowsThatWereDrawn) {
  PublicFolder folder(name_of_this_test());
  EXPECT_THAT(report_of(folder), HasSubstr("There is no synthetic.csv"));
  write_atomically(folder.path() / "synthetic.csv", std::string_view("sex,colour\nMale,\"<b>, red\"\nFemale,\n"));
  const auto page = report_of(folder);
  EXPECT_THAT(page, HasSubstr("colour</th><td>&lt;b&gt;, red</td><td><span class=\"soft\">missing</span></td>"));
}

TEST(Report, OfManyColumnsStaysSmall) {
  PublicFolder folder(name_of_this_test());
  for (int k = 0; k < 105; ++k) {
    nlohmann::json labels = nlohmann::json::array();
    for (int code = 0; code < 30; ++code) labels.push_back("value number " + std::to_string(code));
    folder.metrics["attributes"].push_back({{"name", "column_" + std::to_string(k)}, {"labels", labels}});
  }
  EXPECT_LT(report_of(folder).size(), 2'000'000U);
}

TEST(LocalReport, WarnsBeforeAllElseAndShowsWhatWasFound) {
  PublicFolder folder(name_of_this_test());
  folder.write();
  const std::string json =
      R"({"private":"yes","rows_real":1234,"samples":[{"name":"<rows>","rows":99,"marginals":[{"degree":1,"mean_l1":0.125}],)"
      R"("pairs":[{"columns":["sex","colour"],"tv":0.25,"cramers_v":[0.5,0.1]}],"tstr":[{"learner":"trees","auroc":0.9}]}]})";
  write_local_report(folder.path(), {json, "found.json"}, folder.path() / "local.html");
  const auto page = read_text(folder.path() / "local.html");
  EXPECT_LT(page.find("NOT PRIVATE. Must not leave"), page.find("<h1>"));
  EXPECT_THAT(page, HasSubstr("Compared with real rows: &lt;rows&gt;"));
  EXPECT_THAT(page, HasSubstr("<td class=\"n\">0.125</td>"));
  EXPECT_THAT(page, HasSubstr("1,234"));
  EXPECT_THAT(page, HasSubstr("Difference of Cramér’s V"));
  EXPECT_EQ(first_unbalanced_tag(page), "");
  EXPECT_THAT(page, Not(HasSubstr("id=\"claims\"")));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "report.html"));
}

TEST(LocalReport, RefusesWhatIsNoEvaluation) {
  PublicFolder folder(name_of_this_test());
  folder.write();
  for (const char* json :
       {"", "17", "{}", "[1", R"({"private":"x","samples":[]})", R"({"private":"x","samples":[3]})"}) {
    try {
      write_local_report(folder.path(), {json, "found.json"}, folder.path() / "local.html");
      FAIL() << json;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), HasSubstr("found.json: this is not what `fedloom evaluate --json` writes"));
    }
  }
}

TEST(Report, EscapesHostileNames) {
  const std::string hostile = "<script>alert('x')</script>\"&\x01";
  PublicFolder folder(name_of_this_test());
  folder.metrics["name"] = hostile;
  folder.metrics["trust"] = hostile;
  folder.metrics["method"] = hostile;
  folder.metrics["version"] = hostile;
  folder.metrics["run_id"] = hostile;
  folder.metrics["config_hash"] = hostile;
  folder.metrics["sites"] = {hostile, hostile + "2"};
  folder.metrics["attributes"][0] = {{"name", hostile}, {"labels", {hostile, "b"}}};
  for (auto& one : folder.rounds) one["stage"] = hostile;
  folder.rounds[0]["measured"] = {hostile, hostile, hostile, hostile, hostile};
  folder.rounds[1]["measured"] = {hostile};
  const auto page = report_of(folder);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  EXPECT_THAT(page, HasSubstr("<h1>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\xEF\xBF\xBD</h1>"));
  EXPECT_EQ(first_unbalanced_tag(page), "");
}

TEST(Report, IsTheSameForTheSameFolder) {
  PublicFolder folder(name_of_this_test());
  const auto once = report_of(folder);
  EXPECT_EQ(once, report_of(folder));
}

TEST(Report, NamesAFileThatIsMissing) {
  for (const auto* name : {"metrics.json", "rounds.jsonl", "measurements.jsonl", "model.safetensors"}) {
    PublicFolder folder(name_of_this_test());
    folder.write();
    std::filesystem::remove(folder.path() / name);
    try {
      write_report(folder.path());
      FAIL() << name;
    } catch (const ConfigError& error) {
      EXPECT_THAT(error.what(), HasSubstr(name));
      EXPECT_THAT(error.what(), HasSubstr("missing"));
    }
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "report.html"));
  }
}

void expect_refused(PublicFolder& folder, const std::string& part) {
  folder.write();
  try {
    write_report(folder.path());
    FAIL() << part;
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr(part));
  }
}

TEST(Report, NamesTheFieldThatIsWrong) {
  const std::vector<std::pair<std::string, nlohmann::json>> wrong = {
      {"name", 3},          {"epsilon", "much"},   {"delta", nullptr},         {"sites", {1, 2}},      {"trust", {}},
      {"rho_budget", 0},    {"rho_spent", "a"},    {"colluding_sites", -1},    {"rows_estimate", "a"}, {"method", 1},
      {"rows_written", ""}, {"unit_max_rows", -2}, {"epsilon_spent", nullptr}, {"seconds", "a"},       {"version", 1}};
  for (const auto& [key, value] : wrong) {
    PublicFolder folder(name_of_this_test());
    folder.metrics[key] = value;
    expect_refused(folder, "\"" + key + "\" must be");
  }
}

TEST(Report, NamesTheLineOfARoundThatIsWrong) {
  PublicFolder folder(name_of_this_test());
  folder.rounds[1]["rho_step"] = "free";
  expect_refused(folder, "rounds.jsonl:2: \"rho_step\" must be a number");
  folder.rounds.clear();
  expect_refused(folder, "holds no round");
}

TEST(Report, RefusesLabelsOfAnotherDomain) {
  PublicFolder folder(name_of_this_test());
  folder.write();
  auto metrics = folder.metrics;
  metrics["attributes"][1]["labels"].push_back("extra");
  write_atomically(folder.path() / "metrics.json", metrics.dump());
  EXPECT_THROW(write_report(folder.path()), ConfigError);
  metrics["attributes"].erase(1);
  write_atomically(folder.path() / "metrics.json", metrics.dump());
  EXPECT_THROW(write_report(folder.path()), ConfigError);
  metrics = folder.metrics;
  metrics["attributes"][1]["name"] = "hue";
  write_atomically(folder.path() / "metrics.json", metrics.dump());
  EXPECT_THROW(write_report(folder.path()), ConfigError);
}

}  // namespace
}  // namespace fedloom::report
