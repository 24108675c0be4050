#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "fedloom/base/error.hpp"
#include "fedloom/sampling/condition.hpp"

namespace fedloom::sampling {
namespace {

schema::Schema columns() {
  std::vector<std::string> towns;
  for (int k = 0; k < 400; ++k) towns.push_back("town " + std::to_string(k));
  std::vector<double> edges;
  for (int k = 0; k < 300; ++k) edges.push_back(k);
  edges.push_back(299);
  return schema::Schema(
      {{"town", schema::Categorical{towns}}, {"age", schema::Binned{true, edges}}, {"ward", schema::Coded{1000}}}, {});
}

std::string error_of(const std::string& lines) {
  const schema::Schema schema = columns();
  std::istringstream text("column,value,share\n" + lines);
  try {
    read_margins(schema, text, "shares.csv");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "taken";
}

/// A share for each pair of town and age: 120,000 lines.
std::string every_pair() {
  std::ostringstream lines;
  lines << "column,value,share\n";
  for (int town = 0; town < 400; ++town) {
    for (int age = 0; age < 300; ++age) {
      lines << "town|age,town " << town << "|" << age << "," << (town % 2 == 0 ? 1.5 : 0.5) / 120000 << "\n";
    }
  }
  return lines.str();
}

TEST(Margins, OfAHundredThousandLinesAreReadAndMet) {
  const schema::Schema schema = columns();
  std::istringstream text(every_pair());
  const auto margins = read_margins(schema, text, "shares.csv");
  ASSERT_EQ(margins.size(), 1U);
  ASSERT_EQ(margins.front().cells.size(), 120000U);
  model::Generator generator(schema.domain(), 2);
  generator.set_logits(std::vector<float>(std::size_t{2} * schema.domain().width(), 0.0F));
  model::Tilted tilted(generator, schema, {margins.front().attributes});
  EXPECT_LT(tilted.match(margins), 1e-9);
  const auto towns = tilted.answer({0});
  EXPECT_NEAR(towns[0], 1.5 / 400, 1e-9);
  EXPECT_NEAR(towns[1], 0.5 / 400, 1e-9);
}

TEST(Margins, RefuseAValueThatHasAShareAlready) {
  EXPECT_NE(
      error_of("ward,0..9,0.5\nward,10..999,0.3\nward,9,0.2\n").find("shares.csv:4: the value has a share already"),
      std::string::npos);
  EXPECT_NE(error_of("age|ward,0..99|0..9,0.5\nage|ward,50..60|9,0.5\n").find("shares.csv:3: the value has a share"),
            std::string::npos);
  EXPECT_EQ(error_of("age|ward,0..99|0..9,0.5\nward|age,10|50..60,0.5\n"), "taken") << "these are other wards";
}

TEST(Margins, NameTheLineOfWhatIsNoValue) {
  EXPECT_NE(error_of("town,town 0,1\ntown,nowhere,0\n").find("shares.csv:3: the column 'town' has no such value"),
            std::string::npos);
  EXPECT_NE(error_of("ward,1000,1\n").find("shares.csv:2: the column 'ward' has no such code"), std::string::npos);
  EXPECT_NE(error_of("ward,1.5,1\n").find("shares.csv:2: the column 'ward' has no such code"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::sampling
