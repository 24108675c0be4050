// Figures of Adult against those of independent programs: tests/vectors/evaluate_adult.py says which.

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>

#include "fedloom/config/config.hpp"
#include "fedloom/evaluate/evaluate.hpp"
#include "fedloom/schema/csv.hpp"
#include "support/temp_folder.hpp"
#include "support/vector_file.hpp"

namespace fedloom::evaluate {
namespace {

namespace fs = std::filesystem;
using Cells = std::vector<std::string>;

const fs::path configs = fs::path(FEDLOOM_SOURCE_DIR) / "configs";
constexpr std::size_t synthetic_rows = 20000;

/// All rows of the bundled Adult, the header first.
std::vector<Cells> adult() {
  std::vector<Cells> rows;
  for (const char* site : {"office", "trades", "young"}) {
    std::ifstream file(configs / "data" / (std::string("adult-") + site + ".csv"));
    schema::CsvReader reader(file);
    Cells cells;
    for (std::size_t k = 0; reader.next(cells) == schema::CsvReader::Result::record; ++k)
      if (k > 0 || rows.empty()) rows.push_back(cells);
  }
  return rows;
}

/// As evaluate_adult.py puts them together.
std::vector<Cells> put_together(const std::vector<Cells>& real) {
  constexpr std::size_t step[] = {7, 11, 13}, start[] = {3, 5, 1};
  std::vector<Cells> rows{real.front()};
  const std::size_t n = real.size() - 1;
  for (std::size_t k = 0; k < synthetic_rows; ++k) {
    rows.emplace_back();
    for (std::size_t i = 0; i < real.front().size(); ++i)
      rows.back().push_back(real[1 + (step[i / 5] * k + start[i / 5]) % n][i]);
  }
  return rows;
}

void write(const fs::path& file, const std::vector<Cells>& rows) {
  std::string text;
  for (const auto& row : rows) schema::write_csv_record(text, {row.begin(), row.end()});
  std::ofstream(file) << text;
}

class Agreement : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    const test::TempFolder folder;
    const auto rows = adult();
    write(folder / "real.csv", rows);
    write(folder / "synthetic.csv", put_together(rows));
    schema_ = new schema::Schema(config::load_schema(configs / "adult.schema.yaml"));
    std::vector<Rows> real, synthetic;
    real.push_back(load_rows("real", "csv:" + (folder / "real.csv").string(), *schema_));
    synthetic.push_back(load_rows("synthetic", "csv:" + (folder / "synthetic.csv").string(), *schema_));
    Options options;
    options.detection = false;
    found_ = new Comparison(evaluate(real, synthetic, *schema_, std::move(options)).samples.at(0));
  }
  static void TearDownTestSuite() {
    delete found_;
    delete schema_;
  }

  /// {key: value} of one figure of the file.
  static std::map<std::string, double> told(const std::string& figure) {
    std::map<std::string, double> values;
    for (const auto& row : test::vector_rows("evaluate_adult.csv", figure)) values[row.at(1)] = std::stod(row.at(2));
    return values;
  }
  static std::string name(const PairTrend& pair) {
    return schema_->domain().name(pair.first) + "|" + schema_->domain().name(pair.second);
  }

  static inline const schema::Schema* schema_ = nullptr;
  static inline const Comparison* found_ = nullptr;
};

TEST_F(Agreement, OfMarginalErrorsWithTheIndependentScorerIsTo1em9) {
  const auto mean = told("mean_l1"), worst = told("worst_l1");
  ASSERT_EQ(found_->errors.size(), 3U);
  for (const auto& error : found_->errors) {
    EXPECT_NEAR(error.mean, mean.at(std::to_string(error.degree)), 1e-9);
    EXPECT_NEAR(error.worst, worst.at(std::to_string(error.degree)), 1e-9);
  }
  EXPECT_NEAR(found_->k_marginal, (2 - mean.at("3")) * 500, 1e-6);
}

TEST_F(Agreement, OfColumnShapesWithSdmetricsIsTo1em6) {
  const auto scores = told("shape");
  ASSERT_EQ(found_->columns.size(), scores.size());
  for (const auto& column : found_->columns)
    EXPECT_NEAR(column.score, scores.at(schema_->domain().name(column.attribute)), 1e-6);
  EXPECT_NEAR(found_->column_shapes, told("property").at("Column Shapes"), 1e-6);
}

TEST_F(Agreement, OfColumnPairTrendsWithSdmetricsIsTo1em6) {
  const auto scores = told("trend");
  ASSERT_EQ(found_->pairs.size(), scores.size());
  for (const auto& pair : found_->pairs) EXPECT_NEAR(pair.trend, scores.at(name(pair)), 1e-6) << name(pair);
  EXPECT_NEAR(found_->pair_trends, told("property_of_all").at("Column Pair Trends"), 1e-6);
  EXPECT_NEAR(found_->dependent_pair_trends, told("property").at("Column Pair Trends"), 1e-6);
}

TEST_F(Agreement, OfCramersVWithScipyIsTo1em9) {
  const auto real = told("cramers_v_real"), synthetic = told("cramers_v_synthetic");
  ASSERT_EQ(found_->pairs.size(), real.size());
  for (const auto& pair : found_->pairs) {
    EXPECT_NEAR(pair.cramers_v_real, real.at(name(pair)), 1e-9) << name(pair);
    EXPECT_NEAR(pair.cramers_v_synthetic, synthetic.at(name(pair)), 1e-9) << name(pair);
  }
}

TEST_F(Agreement, OfThePropensityErrorWithScikitLearnIsTo1em7) {
  ASSERT_TRUE(found_->propensity.has_value());
  EXPECT_NEAR(found_->propensity->pmse, told("pmse").at("all"), 1e-7);
  EXPECT_EQ(static_cast<double>(found_->propensity->parameters), told("parameters").at("all"));
}

}  // namespace
}  // namespace fedloom::evaluate
