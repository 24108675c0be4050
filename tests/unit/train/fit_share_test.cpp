// One fit on several ranks, on other kernels and through a network.

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "fedloom/base/error.hpp"
#include "fedloom/train/libtorch.hpp"
#include "train/kernels.hpp"
#include "train/network.hpp"
#include "unit/train/reference.hpp"
#include "unit/train/thread_ranks.hpp"

namespace fedloom::train {
namespace {

using test::pairs_and_triples;
using Measurements = std::vector<boundary::Measurement>;

struct Fitted {
  FitReport report;
  std::vector<float> p;
};

Fitted fit_on(unsigned ranks, NetworkKind network, const schema::Domain& domain, const Measurements& measurements,
              std::uint32_t components = 10) {
  test::Meeting meeting(ranks);
  std::vector<std::thread> others;
  for (unsigned rank = 1; rank < ranks; ++rank) {
    others.emplace_back([&meeting, rank] {
      test::ThreadRank group(meeting, rank);
      serve_fits(group);
    });
  }
  test::ThreadRank leader(meeting, 0);
  model::Generator generator(domain, components);
  initialise(generator, measurements, 5, network);
  Fitted out;
  // Twice, so that the ranks take what the first fit left, and go on from there.
  for (int k = 0; k < 2; ++k) out.report = fit(generator, measurements, {15, 0.1, 0.05, {&leader, false}});
  if (ranks > 1) end_fits(leader);
  for (std::thread& other : others) other.join();
  out.p = generator.probabilities();
  return out;
}

class Ranks : public testing::TestWithParam<NetworkKind> {};

TEST_P(Ranks, FitTheSameModelButForRounding) {
  const schema::Domain domain = test::small_domain();
  const Measurements measurements = pairs_and_triples(domain);
  const Fitted one = fit_on(1, GetParam(), domain, measurements);
  for (const unsigned ranks : {2U, 3U}) {
    const Fitted several = fit_on(ranks, GetParam(), domain, measurements);
    EXPECT_NEAR(several.report.chi2_per_cell, one.report.chi2_per_cell, 1e-3 * one.report.chi2_per_cell);
    ASSERT_EQ(several.p.size(), one.p.size());
    for (std::size_t k = 0; k < one.p.size(); ++k) EXPECT_NEAR(several.p[k], one.p[k], 2e-3) << k;
  }
}

TEST_P(Ranks, MayBeMoreThanTheComponents) {
  const schema::Domain domain = test::small_domain();
  const Measurements measurements = pairs_and_triples(domain);
  const Fitted one = fit_on(1, GetParam(), domain, measurements, 2);
  const Fitted several = fit_on(3, GetParam(), domain, measurements, 2);
  for (std::size_t k = 0; k < one.p.size(); ++k) EXPECT_NEAR(several.p[k], one.p[k], 2e-3) << k;
}

INSTANTIATE_TEST_SUITE_P(Networks, Ranks, testing::Values(NetworkKind::table, NetworkKind::mlp));

TEST(DeviceKernels, StepAsTheLoopsDo) {
  const at::Tensor start = test::any_logits(7, 12), gradient = test::any_logits(7, 12).mul(3.0);
  std::vector<at::Tensor> after;
  for (const bool loops : {true, false}) {
    const auto kernels = loops ? host_kernels() : device_kernels(at::kCPU);
    at::Tensor values = start.clone();
    Moments moments = no_moments(values);
    for (int k = 0; k < 4; ++k) kernels->adam(gradient.roll(k), 0.2, moments, values);
    after.push_back(values);
  }
  EXPECT_GT((after[0] - start).abs().max().item<double>(), 0.1);
  EXPECT_TRUE(at::allclose(after[0], after[1], 1e-5, 1e-6));
}

TEST(Network, StartsAroundTheCentreWithTheSpreadOfATable) {
  const std::vector<float> centre = {-1.0F, 0.5F, 2.0F, -3.0F};
  const at::Tensor logits = mlp_logits(initial_mlp(4000, centre, 0.3, 1));
  const at::Tensor mean = logits.mean(0), spread = logits.std(0);
  for (std::int64_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(mean[c].item<double>(), centre[c], 0.35) << "the hidden layers move the mean by about a spread";
    EXPECT_GT(spread[c].item<double>(), 0.15);
    EXPECT_LT(spread[c].item<double>(), 0.45);
  }
}

TEST(Network, IsFittedToATableThatNoPairShows) {
  const schema::Domain domain({{"a", 2}, {"b", 2}, {"c", 2}});
  Measurements m;
  for (const schema::Marginal& r : {schema::Marginal{0}, {1}, {2}, {0, 1, 2}}) {
    m.push_back(test::any_measurement(domain, r, 1.0));
    m.back().grid_bits = 0;
    m.back().grid_values.assign(2, 500);
  }
  m[3].grid_values = {250, 0, 0, 250, 0, 250, 250, 0};
  model::Generator generator(domain, 60);
  initialise(generator, m, 3, NetworkKind::mlp);
  const double before = std::abs(generator.answer({0, 1, 2})[1]);
  train::set_threads(1);
  fit(generator, m, {200, 0.2, 0.01});
  const std::vector<double> p = generator.answer({0, 1, 2});
  EXPECT_GT(before, 0.1);
  for (std::size_t c = 0; c < 8; ++c) EXPECT_NEAR(p[c], m[3].value(c) / 1000.0, 0.01) << c;
}

TEST(Network, OfOtherShapesIsRefused) {
  const schema::Domain domain = test::small_domain();
  const Measurements m = pairs_and_triples(domain);
  model::Generator generator(domain, 10);
  initialise(generator, m, 3, NetworkKind::mlp);
  std::vector<model::Weights> fewer = generator.network();
  fewer.pop_back();
  generator.set_network(std::move(fewer));
  EXPECT_THROW(fit(generator, m, {1, 0.1, 0.0}), std::invalid_argument);
}

TEST(Gpu, ThatIsMissingIsSaid) {
  if (why_no_gpu().empty()) GTEST_SKIP() << "there is one";
  const schema::Domain domain = test::small_domain();
  const Measurements m = pairs_and_triples(domain);
  model::Generator generator(domain, 10);
  initialise(generator, m, 3);
  EXPECT_THROW(fit(generator, m, {15, 0.1, 0.05, {nullptr, true}}), EnvironmentError);
}

}  // namespace
}  // namespace fedloom::train
