#include <gtest/gtest.h>

#include <algorithm>

#include "train/fit_problem.hpp"
#include "unit/train/reference.hpp"

namespace fedloom::train {
namespace {

using schema::Marginal;
using Measurements = std::vector<boundary::Measurement>;

constexpr std::uint32_t kComponents = 7;

at::Tensor gradient(const schema::Domain& domain, const Measurements& measurements, double lambda,
                    const at::Tensor& logits, std::unique_ptr<Kernels> kernels) {
  GroupSum alone(nullptr);
  const model::Generator generator(domain, kComponents);
  return FitProblem(generator, measurements, lambda, std::move(kernels), alone).gradient(logits).clone();
}

/// Largest difference between our gradients, by loops and by LibTorch's operations, and autograd's, over the largest
/// entry.
double relative_error(const schema::Domain& domain, const Measurements& measurements, double lambda) {
  const at::Tensor logits = test::any_logits(kComponents, domain.width());
  const at::Tensor expected = test::autograd(domain, logits, measurements, lambda);
  EXPECT_GT(expected.abs().max().item<double>(), 1e-3);
  double worst = 0;
  for (const bool loops : {true, false}) {
    const at::Tensor ours =
        gradient(domain, measurements, lambda, logits, loops ? host_kernels() : device_kernels(at::kCPU));
    worst = std::max(worst, ((ours.to(at::kDouble) - expected).abs().max() / expected.abs().max()).item<double>());
  }
  return worst;
}

Measurements measure(const schema::Domain& domain, const std::vector<Marginal>& marginals) {
  Measurements out;
  double sigma = 1.0;
  for (const Marginal& r : marginals) out.push_back(test::any_measurement(domain, r, sigma += 0.5));
  return out;
}

TEST(Gradient, OfOneWaysIsAutograds) {
  const schema::Domain domain = test::small_domain();
  EXPECT_LT(relative_error(domain, measure(domain, {{0}, {1}, {3}}), 0.0), 1e-5);
}

TEST(Gradient, OfASinglePairIsAutograds) {
  const schema::Domain domain({{"a", 3}, {"b", 4}, {"c", 20}});  // few cells measured: pair by pair
  EXPECT_LT(relative_error(domain, measure(domain, {{0, 1}}), 0.0), 1e-5);
}

TEST(Gradient, OfManyPairsIsAutograds) {
  const schema::Domain domain = test::small_domain();  // most cells measured: one matrix
  EXPECT_LT(relative_error(domain, measure(domain, {{0, 1}, {0, 2}, {0, 3}, {1, 3}, {2, 3}}), 0.0), 1e-5);
}

TEST(Gradient, OfTriplesInAnyOrderOfSizesIsAutograds) {
  const schema::Domain domain = test::small_domain();
  EXPECT_LT(relative_error(domain, measure(domain, {{0, 1, 2}, {1, 2, 3}, {0, 2, 3}}), 0.0), 1e-5);
}

TEST(Gradient, OfThePenaltyIsAutograds) {
  const schema::Domain domain = test::small_domain();
  EXPECT_LT(relative_error(domain, measure(domain, {{}}), 0.7), 1e-5);
}

TEST(Gradient, OfAllTermsTogetherIsAutograds) {
  const schema::Domain domain = test::small_domain();
  EXPECT_LT(relative_error(domain, measure(domain, {{0}, {1}, {2}, {3}, {0, 1}, {2, 3}, {0, 1, 3}}), 0.3), 1e-5);
}

TEST(Gradient, OfAMarginalMeasuredTwiceIsTheSumOfBoth) {
  const schema::Domain domain = test::small_domain();
  Measurements twice = measure(domain, {{0, 1}, {0, 1}});
  for (std::int64_t& v : twice[1].grid_values) v += 9;
  EXPECT_LT(relative_error(domain, twice, 0.0), 1e-5);
}

TEST(Gradient, OfTriplesThatShareAPairIsAutograds) {
  const schema::Domain domain = test::small_domain();
  // Side by side in the domain, and apart.
  const schema::Domain wide({{"a", 2}, {"b", 2}, {"c", 3}, {"d", 3}, {"e", 4}});
  EXPECT_LT(relative_error(domain, measure(domain, {{0, 2, 1}, {0, 2, 3}}), 0.0), 1e-5);
  EXPECT_LT(relative_error(wide, measure(wide, {{0, 1, 2}, {0, 1, 4}, {0, 1, 3}, {1, 2, 3}}), 0.0), 1e-5);
}

TEST(Gradient, OfAllTriplesIsAutograds) {
  std::vector<schema::Domain::Axis> axes;
  for (std::uint32_t i = 0; i < 9; ++i) axes.push_back({std::string(1, static_cast<char>('a' + i)), 2 + i % 3});
  const schema::Domain domain(axes);
  const std::vector<Marginal> all = schema::all_marginals(9, 3);
  ASSERT_GE(all.size(), 81U) << "so many are grouped in the domain's order";
  EXPECT_LT(relative_error(domain, measure(domain, all), 0.0), 1e-5);
}

TEST(Gradient, OfWhatWasMeasuredOverBinsIsAutograds) {
  const schema::Domain domain = test::small_domain();
  const schema::Coarsening bins({{1, {0, 1, 1, 0}}, {3, {2, 0, 0, 1, 2}}});
  Measurements mixed = measure(bins.over(domain), {{1, 3}, {0, 1, 3}, {1, 2, 3}});
  for (boundary::Measurement& m : mixed) m.coarsening = bins;
  for (const boundary::Measurement& m : measure(domain, {{0}, {3}, {1, 3}})) mixed.push_back(m);
  EXPECT_LT(relative_error(domain, mixed, 0.2), 1e-5);
}

TEST(Gradient, PathsAgreeOnBothSidesOfTheSwitch) {
  // The same pairs beside a wide attribute that nothing asks about: the wide domain takes the other path.
  const schema::Domain narrow({{"a", 3}, {"b", 4}});
  const schema::Domain wide({{"a", 3}, {"b", 4}, {"c", 40}});
  const Measurements measurements = measure(narrow, {{0, 1}});
  const at::Tensor logits = test::any_logits(kComponents, wide.width());
  const at::Tensor of_narrow = logits.narrow(1, 0, narrow.width()).contiguous();
  const at::Tensor a = gradient(narrow, measurements, 0.0, of_narrow, host_kernels());
  const at::Tensor b = gradient(wide, measurements, 0.0, logits, host_kernels()).narrow(1, 0, narrow.width());
  EXPECT_TRUE(at::allclose(a, b, 1e-4, 1e-5));
}

}  // namespace
}  // namespace fedloom::train
