#include "fedloom/model/generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::model {
namespace {

schema::Domain domain() { return schema::Domain({{"a", 2}, {"b", 3}}); }

/// Two components: (.25, .75) × (.5, .25, .25) and (.5, .5) × (.1, .1, .8).
Generator two_components() {
  Generator generator(domain(), 2);
  std::vector<float> logits = {0.25F, 0.75F, 0.5F, 0.25F, 0.25F, 0.5F, 0.5F, 0.1F, 0.1F, 0.8F};
  for (float& x : logits) x = std::log(x) + 3.0F;
  generator.set_logits(std::move(logits));
  return generator;
}

std::string load_error(const std::filesystem::path& folder) {
  try {
    Generator::load(folder);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "loaded";
}

TEST(Generator, StartsUniform) {
  const Generator generator(domain(), 3);
  const std::vector<double> pair = generator.answer({0, 1});
  for (const double p : pair) EXPECT_NEAR(p, 1.0 / 6.0, 1e-6);
  EXPECT_EQ(generator.components(), 3U);
  EXPECT_EQ(generator.domain(), domain());
}

TEST(Generator, AnswersAreMeansOfProducts) {
  const Generator generator = two_components();
  EXPECT_NEAR(generator.answer({})[0], 1.0, 1e-6);
  EXPECT_NEAR(generator.answer({0})[0], 0.375, 1e-6);
  const std::vector<double> pair = generator.answer({0, 1});
  EXPECT_NEAR(pair[0], (0.25 * 0.5 + 0.5 * 0.1) / 2, 1e-6);
  EXPECT_NEAR(pair[5], (0.75 * 0.25 + 0.5 * 0.8) / 2, 1e-6);
  EXPECT_NEAR(std::accumulate(pair.begin(), pair.end(), 0.0), 1.0, 1e-6);
}

TEST(Generator, ProbabilitiesAreOneSoftmaxForEachAttribute) {
  const std::vector<float> expected = {0.25F, 0.75F, 0.5F, 0.25F, 0.25F, 0.5F, 0.5F, 0.1F, 0.1F, 0.8F};
  const std::vector<float> p = two_components().probabilities();
  ASSERT_EQ(p.size(), expected.size());
  for (std::size_t k = 0; k < p.size(); ++k) EXPECT_NEAR(p[k], expected[k], 1e-6);
}

TEST(Generator, ComesBackFromItsFileBitForBit) {
  const test::TempFolder folder;
  Generator generator = two_components();
  generator.set_network({{{2, 3}, {1, 2, 3, 4, 5, 6}}, {{4}, {0.5, 0.5, 0.5, 0.5}}});
  generator.save(folder.path(), {"version: 1", R"({"epsilon": 1})", "abc", R"({"n": 2})"});
  const LoadedModel back = load_model(folder.path());
  EXPECT_EQ(back.generator.domain(), generator.domain());
  EXPECT_TRUE(std::ranges::equal(back.generator.logits(), generator.logits()));
  EXPECT_EQ(back.generator.network(), generator.network());
  EXPECT_EQ(back.card.schema_yaml, "version: 1");
  EXPECT_EQ(back.card.privacy_json, R"({"epsilon": 1})");
  EXPECT_EQ(Generator::load(folder / kModelFile).probabilities(), generator.probabilities());
}

TEST(Generator, RefusesNumbersThatAreNotItsOwn) {
  Generator generator(domain(), 2);
  EXPECT_THROW(generator.set_logits(std::vector<float>(9)), std::invalid_argument);
  EXPECT_THROW(generator.set_network({{{2, 3}, std::vector<float>(5)}}), std::invalid_argument);
}

TEST(Generator, IsRefusedWhenItsFileIsMissingOrOld) {
  const test::TempFolder folder;
  EXPECT_NE(load_error(folder.path()).find("missing"), std::string::npos);
  write_atomically(folder / "model.json", std::string_view("{}"));
  EXPECT_NE(load_error(folder.path()).find("older version"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::model
