#include "fedloom/model/generator.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/model/tensors.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::model {
namespace {

schema::Domain domain() { return schema::Domain({{"a", 2}, {"b", 3}}); }

/// Two components: (.25, .75) × (.5, .25, .25) and (.5, .5) × (.1, .1, .8).
Generator two_components() {
  Generator generator(domain(), 2);
  generator.tensors().logits =
      at::tensor({0.25F, 0.75F, 0.5F, 0.25F, 0.25F, 0.5F, 0.5F, 0.1F, 0.1F, 0.8F}).log().view({2, 5}) + 3.0;
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

TEST(ModelFiles, ComeBackBitForBit) {
  const test::TempFolder folder;
  const Generator generator = two_components();
  generator.save(folder.path(), R"({"epsilon": 1})");
  const Generator back = Generator::load(folder.path());
  EXPECT_EQ(back.domain(), generator.domain());
  EXPECT_TRUE(back.tensors().logits.equal(generator.tensors().logits));
  const auto text = nlohmann::json::parse(read_text(folder.path() / "model.json"));
  EXPECT_EQ(text["notes"]["epsilon"], 1);
  EXPECT_EQ(text["components"], 2);
}

TEST(ModelFiles, AreRefusedWhenTheWeightsWereChanged) {
  const test::TempFolder folder;
  two_components().save(folder.path(), "{}");
  Bytes bytes = read_bytes(folder.path() / "model.pt");
  bytes[bytes.size() / 2] ^= 1;
  write_atomically(folder.path() / "model.pt", bytes);
  EXPECT_NE(load_error(folder.path()).find("not the one that model.json describes"), std::string::npos);
}

TEST(ModelFiles, AreRefusedWhenMissing) {
  const test::TempFolder folder;
  EXPECT_NE(load_error(folder.path()).find("missing"), std::string::npos);
  two_components().save(folder.path(), "{}");
  std::filesystem::remove(folder.path() / "model.pt");
  EXPECT_NE(load_error(folder.path()).find("model.pt: the file is missing"), std::string::npos);
}

/// Writes `edit`ed model.json, with a hash that fits model.pt again.
void edit_description(const std::filesystem::path& folder, const std::function<void(nlohmann::json&)>& edit) {
  auto text = nlohmann::json::parse(read_text(folder / "model.json"));
  text["sha256"] = to_hex(sha256(read_bytes(folder / "model.pt")));
  edit(text);
  write_atomically(folder / "model.json", text.dump());
}

TEST(ModelFiles, AreRefusedWhenTheDescriptionIsWrong) {
  const test::TempFolder folder;
  const auto error_after = [&](const std::function<void(nlohmann::json&)>& edit) {
    two_components().save(folder.path(), "{}");
    edit_description(folder.path(), edit);
    return load_error(folder.path());
  };
  EXPECT_EQ(error_after([](auto&) {}), "loaded");
  EXPECT_NE(error_after([](auto& t) { t["version"] = 2; }).find("version 1"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["components"] = 0; }).find("components"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["components"] = -4; }).find("components"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["components"] = 1; }).find("weights"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["components"] = 999999; }).find("too short"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["domain"] = 7; }).find("domain"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["domain"][0]["size"] = 0; }).find("domain"), std::string::npos);
  EXPECT_NE(error_after([](auto& t) { t["domain"][0]["size"] = 3; }).find("weights"), std::string::npos);
}

TEST(ModelFiles, AreRefusedWhenTheWeightsAreNotATensor) {
  const test::TempFolder folder;
  two_components().save(folder.path(), "{}");
  write_atomically(folder.path() / "model.pt", std::string(4096, 'x'));
  edit_description(folder.path(), [](auto&) {});
  EXPECT_NE(load_error(folder.path()).find("does not hold a tensor"), std::string::npos);
}

TEST(ModelFiles, KeepTheWeightsOfANetwork) {
  const test::TempFolder folder;
  Generator generator = two_components();
  generator.tensors().network = {at::ones({2, 3}), at::full({4}, 0.5)};
  generator.save(folder.path(), "{}");
  const Generator back = Generator::load(folder.path());
  ASSERT_EQ(back.tensors().network.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) EXPECT_TRUE(at::equal(back.tensors().network[k], generator.tensors().network[k]));
  EXPECT_EQ(back.probabilities(), generator.probabilities());
}

TEST(ModelFiles, AreRefusedWhenTheNetworkIsDamaged) {
  const test::TempFolder folder;
  Generator generator = two_components();
  generator.tensors().network = {at::ones({2, 3})};
  const std::filesystem::path network = folder.path() / "network.pt";
  generator.save(folder.path(), "{}");
  std::filesystem::remove(network);
  EXPECT_NE(load_error(folder.path()).find("network.pt: the file is missing"), std::string::npos);
  const std::string other(64, 'x');
  write_atomically(network, other);
  EXPECT_NE(load_error(folder.path()).find("not the one that model.json describes"), std::string::npos);
  edit_description(folder.path(), [&](auto& t) { t["network"]["sha256"] = to_hex(sha256(read_bytes(network))); });
  EXPECT_NE(load_error(folder.path()).find("does not hold a list of tensors"), std::string::npos);
  edit_description(folder.path(), [](auto& t) { t["network"] = 3; });
  EXPECT_NE(load_error(folder.path()).find("network is not an object"), std::string::npos);
  generator.tensors().network[0][0][0] = std::numeric_limits<float>::infinity();
  generator.save(folder.path(), "{}");
  EXPECT_NE(load_error(folder.path()).find("network's weights are not finite"), std::string::npos);
}

TEST(ModelFiles, AreRefusedWhenAWeightIsNotFinite) {
  const test::TempFolder folder;
  Generator generator = two_components();
  generator.tensors().logits[1][3] = std::numeric_limits<float>::quiet_NaN();
  generator.save(folder.path(), "{}");
  EXPECT_NE(load_error(folder.path()).find("finite"), std::string::npos);
}

TEST(ModelFiles, AreRefusedWhenTheDescriptionIsNotJson) {
  const test::TempFolder folder;
  two_components().save(folder.path(), "{}");
  write_atomically(folder.path() / "model.json", std::string_view("{\"version\": 1"));
  EXPECT_NE(load_error(folder.path()).find("not a JSON object"), std::string::npos);
}

}  // namespace
}  // namespace fedloom::model
