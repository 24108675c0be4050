// The fit on a GPU beside the fit on the processor.

#include <gtest/gtest.h>

#include "unit/train/reference.hpp"

namespace fedloom::train {
namespace {

class Gpu : public testing::TestWithParam<NetworkKind> {};

TEST_P(Gpu, FitsTheSameModelButForRounding) {
  if (const std::string why = why_no_gpu(); !why.empty()) GTEST_SKIP() << why;
  const schema::Domain domain = test::small_domain();
  const std::vector<boundary::Measurement> m = test::pairs_and_triples(domain);
  std::vector<std::vector<float>> p;
  for (const bool gpu : {false, true}) {
    model::Generator generator(domain, 10);
    initialise(generator, m, 3, GetParam());
    const FitReport report = fit(generator, m, {15, 0.1, 0.05, {nullptr, gpu}});
    EXPECT_GT(report.chi2_per_cell, 0.0);
    p.push_back(generator.probabilities());
  }
  for (std::size_t k = 0; k < p[0].size(); ++k) EXPECT_NEAR(p[1][k], p[0][k], 2e-3) << k;
}

INSTANTIATE_TEST_SUITE_P(Networks, Gpu, testing::Values(NetworkKind::table, NetworkKind::mlp));

}  // namespace
}  // namespace fedloom::train
