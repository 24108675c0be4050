#include "apps/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::apps {
namespace {

using config::Method;
using config::Trust;

std::vector<std::string> names_of(const std::vector<SweepPoint>& points) {
  std::vector<std::string> names;
  for (const auto& point : points) names.push_back(point.name());
  return names;
}

TEST(SweepPoints, AreEachSettingOnce) {
  std::vector<std::string> left_out;
  const auto points = points_of({.epsilons = {0.1, 1},
                                 .sites = {3, 10},
                                 .trusts = {Trust::none, Trust::central},
                                 .methods = {Method::gem},
                                 .repeats = 1},
                                {}, left_out);
  EXPECT_EQ(names_of(points),
            (std::vector<std::string>{"eps0.1-none-3-gem-r1", "eps1-none-3-gem-r1", "eps0.1-none-10-gem-r1",
                                      "eps1-none-10-gem-r1", "eps0.1-central-1-gem-r1", "eps1-central-1-gem-r1"}));
  EXPECT_TRUE(left_out.empty());
}

TEST(SweepPoints, LeaveOutWhatTheExperimentCouldNotWithstand) {
  std::vector<std::string> left_out;
  const config::PrivacyConfig privacy{.colluding_sites = 3};
  const auto points =
      points_of({.epsilons = {1}, .sites = {3, 5}, .trusts = {Trust::none}, .methods = {Method::gem}, .repeats = 2},
                privacy, left_out);
  EXPECT_EQ(names_of(points), (std::vector<std::string>{"eps1-none-5-gem-r1", "eps1-none-5-gem-r2"}));
  EXPECT_EQ(left_out, (std::vector<std::string>{"none, 3 sites: too few for what the experiment withstands"}));
}

TEST(SweepResult, ReadsBackAsWritten) {
  const test::TempFolder folder;
  const SweepResult result{.point = {{Trust::none, 3, Method::independent}, 0.1, 2},
                           .rows = 48842,
                           .error = {0.01, 0.05, 0.125},
                           .seconds = 13.5,
                           .cpu_seconds = 9.25,
                           .peak_mb = 162};
  write_atomically(folder / "point.json", result.to_json());
  EXPECT_EQ(read_result(folder / "point.json").to_json(), result.to_json());
  write_atomically(folder / "point.json", R"({"trust": "none"})");
  EXPECT_THROW(read_result(folder / "point.json"), ConfigError);
}

TEST(SweepRows, AreDealtEvenlyAndEachOnce) {
  const test::TempFolder folder;
  SweepRows rows{"number\n", {}};
  for (int k = 0; k < 100; ++k) rows.rows.push_back(std::to_string(k) + "\n");
  std::multiset<std::string> seen;
  for (const auto& file : deal(rows, 3, 7, folder.path())) {
    std::ifstream lines(file);
    std::string line;
    std::getline(lines, line);
    EXPECT_EQ(line, "number");
    std::size_t count = 0;
    for (; std::getline(lines, line); ++count) seen.insert(line + "\n");
    EXPECT_TRUE(count == 33 || count == 34) << count;
  }
  EXPECT_EQ(seen, std::multiset<std::string>(rows.rows.begin(), rows.rows.end()));
}

TEST(SweepRows, AreDealtInAnotherOrderWithAnotherSeed) {
  const test::TempFolder folder;
  SweepRows rows{"number\n", {}};
  for (int k = 0; k < 100; ++k) rows.rows.push_back(std::to_string(k) + "\n");
  const auto first = read_text(deal(rows, 2, 7, folder.path())[0]);
  EXPECT_EQ(read_text(deal(rows, 2, 7, folder.path())[0]), first);
  EXPECT_NE(read_text(deal(rows, 2, 8, folder.path())[0]), first);
}

TEST(SweepRows, HaveTheSchemasColumnsInItsOrder) {
  const test::TempFolder folder;
  const schema::Schema schema({{.name = "b", .type = schema::Coded{9}}, {.name = "a", .type = schema::Coded{9}}}, {});
  write_atomically(folder / "one.csv", "a,x,b\n1,2,3\n");
  write_atomically(folder / "two.csv", "b,a\n4,5\n");
  const auto rows = read_rows({folder / "one.csv", folder / "two.csv"}, schema);
  EXPECT_EQ(rows.header, "b,a\n");
  EXPECT_EQ(rows.rows, (std::vector<std::string>{"3,1\n", "4,5\n"}));
  write_atomically(folder / "two.csv", "b\n4\n");
  EXPECT_THROW(read_rows({folder / "two.csv"}, schema), DataError);
}

}  // namespace
}  // namespace fedloom::apps
