// Mechanisms that keep their claim must be acquitted, and each broken twin must be found out, by the fault that it has.
#include "fedloom/audit/mechanism_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <random>

#include "fedloom/privacy/discrete_gaussian_law.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "support/split_mix_random.hpp"

namespace fedloom::audit {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t variance = 36;
const MechanismClaim claim{.variance = variance, .shift = 4};
/// What so few trials always prove; tests/bench/audit has more, and proves nine tenths.
constexpr double least_fraction = 0.8;
const MechanismAuditOptions options{.trials = 1U << 20, .cells = 1U << 16, .error = 1e-6, .seed = 1};

/// The claimed mechanism, but for what a twin changes.
class Twin final : public AuditedMechanism {
 public:
  double shift = 4;
  std::function<double()> noise = [this] {
    return static_cast<double>(privacy::discrete_gaussian({.num = variance, .den = 1}, random));
  };
  std::function<void()> before_each_release = [] {};
  privacy::SecureRandom random;

  std::vector<double> release(const std::vector<bool>& present) override {
    before_each_release();
    std::vector<double> noisy;
    for (const bool here : present) noisy.push_back((here ? shift : 0) + noise());
    return noisy;
  }
};

TEST(MechanismAudit, AcquitsAMechanismThatKeepsItsClaimAndProvesMostOfIt) {
  Twin honest;
  const auto verdict = audit_mechanism(honest, claim, options);
  EXPECT_THAT(verdict.faults, IsEmpty());
  EXPECT_GE(verdict.fraction_of_claim(), least_fraction);
  EXPECT_LE(verdict.lower_bound, verdict.point.epsilon);
  EXPECT_EQ(verdict.runs.with + verdict.runs.without, options.trials);
}

TEST(MechanismAudit, FindsOutATwinWithHalfOfTheSigma) {
  Twin twin;
  twin.noise = [&twin] {
    return static_cast<double>(privacy::discrete_gaussian({.num = variance / 4, .den = 1}, twin.random));
  };
  const auto verdict = audit_mechanism(twin, claim, options);
  EXPECT_GT(verdict.lower_bound, verdict.point.epsilon);
  EXPECT_THAT(verdict.faults, Contains(HasSubstr("the entity can be told")));
}

TEST(MechanismAudit, FindsOutATwinWithATenthLessSigma) {
  Twin twin;
  twin.noise = [&twin] {
    return static_cast<double>(privacy::discrete_gaussian({.num = 2916, .den = 100}, twin.random));
  };
  EXPECT_THAT(audit_mechanism(twin, claim, options).faults, Contains(HasSubstr("not the one that is booked")));
}

TEST(MechanismAudit, FindsOutATwinThatDoesNotClip) {
  Twin twin;
  twin.shift = 16;  // four rows of one entity count where one is booked
  EXPECT_THAT(audit_mechanism(twin, claim, options).faults, Contains(HasSubstr("the entity can be told")));
}

TEST(MechanismAudit, FindsOutATwinWithFloatingPointNoise) {
  Twin twin;
  std::mt19937_64 engine(5);
  std::normal_distribution<double> normal(0, std::sqrt(static_cast<double>(variance)));
  twin.noise = [&] { return normal(engine); };
  EXPECT_THAT(audit_mechanism(twin, claim, options).faults, Contains(HasSubstr("no whole numbers")));
}

TEST(MechanismAudit, FindsOutATwinWhoseNoiseComesFromASeed) {
  Twin twin;
  std::unique_ptr<test::SplitMixRandom> seeded;
  twin.before_each_release = [&] { seeded = std::make_unique<test::SplitMixRandom>(1); };
  twin.noise = [&] { return static_cast<double>(privacy::discrete_gaussian({.num = variance, .den = 1}, *seeded)); };
  const auto verdict = audit_mechanism(twin, claim, options);
  EXPECT_THAT(verdict.faults, Contains(HasSubstr("fixed seed")));
}

TEST(MechanismAudit, FindsOutATwinThatUsesEachDrawTwice) {
  Twin twin;
  bool again = false;
  double last = 0;
  twin.noise = [&] {
    again = !again;
    if (again) last = static_cast<double>(privacy::discrete_gaussian({.num = variance, .den = 1}, twin.random));
    return last;
  };
  EXPECT_THAT(audit_mechanism(twin, claim, options).faults, Contains(HasSubstr("neighbouring cells")));
}

TEST(MechanismAudit, FindsOutATwinWithTwiceTheNoiseThatIsBooked) {
  Twin twin;
  twin.noise = [&twin] {
    return static_cast<double>(privacy::discrete_gaussian({.num = 4 * variance, .den = 1}, twin.random));
  };
  const auto verdict = audit_mechanism(twin, claim, options);
  EXPECT_THAT(verdict.faults, Contains(HasSubstr("not the one that is booked")));
  EXPECT_LT(verdict.lower_bound, verdict.point.epsilon);
}

TEST(ChoosePoint, LiesOnTheExactCurve) {
  const privacy::DiscreteGaussianLaw law(variance);
  for (const std::uint64_t trials : {std::uint64_t{1} << 16, std::uint64_t{1} << 22}) {
    const CurvePoint point = choose_point(claim, trials, 1e-6);
    EXPECT_NEAR(static_cast<double>(law.delta(static_cast<long double>(point.epsilon), claim.shift)), point.delta,
                1e-12);
    EXPECT_NEAR(static_cast<double>(law.at_least(point.threshold)), point.false_positives, 1e-15);
    EXPECT_GT(point.delta, 0);
  }
}

TEST(ChoosePoint, GoesFurtherOutWithMoreTrials) {
  EXPECT_GT(choose_point(claim, 1U << 24, 1e-6).epsilon, choose_point(claim, 1U << 18, 1e-6).epsilon);
}

}  // namespace
}  // namespace fedloom::audit
