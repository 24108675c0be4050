#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "config_folder.hpp"
#include "fedloom/schema/csv.hpp"

namespace fedloom::config::test {
namespace {

const std::filesystem::path configs = std::filesystem::path(FEDLOOM_SOURCE_DIR) / "configs";

/// A copy of configs/NAME.yaml with a roster, which is made with a run's keys and not part of the repository.
Experiment load_bundled(const ConfigFolder& folder, const std::string& name) {
  for (const std::string& file : {name + ".yaml", name + ".schema.yaml"}) {
    std::filesystem::copy_file(configs / file, folder / file);
  }
  folder.write(name + ".roster.yaml", good_roster);
  return load_experiment(folder / (name + ".yaml"));
}

TEST(BundledConfigs, OfAdultLoad) {
  const ConfigFolder folder;
  const Experiment adult = load_bundled(folder, "adult");
  EXPECT_EQ(adult.privacy.epsilon.value, 1.0);
  EXPECT_EQ(adult.privacy.delta.value, 1e-9);
  EXPECT_EQ(adult.privacy.trust, Trust::none);
  EXPECT_EQ(adult.privacy.colluding_sites, 1u);
  EXPECT_EQ(adult.generator.keep, (std::vector<std::string>{"income"}));
  EXPECT_EQ(adult.schema.domain().dimensions(), 15u);
  EXPECT_EQ(adult.seed, 7u);
}

TEST(BundledConfigs, OfTheCodedBenchmarkLoad) {
  const ConfigFolder folder;
  const Experiment coded = load_bundled(folder, "coded-adult");
  EXPECT_EQ(coded.schema.domain().dimensions(), 15u);
  EXPECT_EQ(coded.schema.domain().name(14), "income>50K");
  EXPECT_EQ(coded.schema.domain().size(13), 42u);
}

TEST(BundledTables, FitTheSchemaWithNothingClippedAndKeepTheirRule) {
  const schema::Schema schema = load_schema(configs / "adult.schema.yaml");
  std::size_t total = 0;
  for (const std::string site : {"young", "trades", "office"}) {
    std::ifstream stream(configs / "data" / ("adult-" + site + ".csv"));
    schema::CsvReader reader(stream);
    std::vector<std::string> cells;
    ASSERT_EQ(reader.next(cells), schema::CsvReader::Result::record);
    ASSERT_EQ(cells.size(), schema.attributes().size());
    for (std::size_t i = 0; i < cells.size(); ++i) ASSERT_EQ(cells[i], schema.domain().name(i));
    while (reader.next(cells) == schema::CsvReader::Result::record) {
      ++total;
      for (std::size_t i = 0; i < cells.size(); ++i) {
        ASSERT_EQ(schema.encode(i, cells[i]).how, schema::Encoded::How::fits) << site << " " << schema.domain().name(i);
      }
      const bool young = std::stoi(cells[0]) < 30, trades = std::stoi(cells[4]) <= 9;
      ASSERT_EQ(site, young ? "young" : trades ? "trades" : "office");
    }
  }
  EXPECT_EQ(total, 48842u);
}

}  // namespace
}  // namespace fedloom::config::test
