// The program's own way from rows to a released count, on trial.
#include "fedloom/audit/released_counts.hpp"

#include <gtest/gtest.h>

#include "support/temp_folder.hpp"

namespace fedloom::audit {
namespace {

/// What so few trials always prove; tests/bench/audit has more, and proves nine tenths.
constexpr double least_fraction = 0.8;
const MechanismAuditOptions options{.trials = 1U << 19, .cells = 1U << 16, .error = 1e-6, .seed = 1};

MechanismVerdict audit(const AuditedCount& count, const MechanismClaim& claim) {
  const test::TempFolder folder;
  ReleasedCounts mechanism(count, folder.path());
  return audit_mechanism(mechanism, claim, options);
}

TEST(ReleasedCounts, OfOneOwnerKeepTheirClaim) {
  const AuditedCount count{.site_noise = privacy::noise_scale_at_least(1.0)};
  const auto verdict = audit(count, claim_of(count));
  EXPECT_TRUE(verdict.faults.empty()) << verdict.faults.front();
  EXPECT_GE(verdict.fraction_of_claim(), least_fraction);
}

TEST(ReleasedCounts, OfThreeSitesOfWhichOneColludesKeepTheirClaim) {
  const AuditedCount count{.site_noise = privacy::noise_scale_at_least(2.0), .honest_sites = 2};
  const auto verdict = audit(count, claim_of(count));
  EXPECT_TRUE(verdict.faults.empty()) << verdict.faults.front();
  EXPECT_GE(verdict.fraction_of_claim(), least_fraction);
}

TEST(ReleasedCounts, OfEntitiesWithThreeRowsAtTwoSitesKeepTheirClaim) {
  const AuditedCount count{
      .site_noise = privacy::noise_scale_at_least(18.0), .honest_sites = 2, .max_rows = 3, .max_sites = 2};
  const auto verdict = audit(count, claim_of(count));
  EXPECT_TRUE(verdict.faults.empty()) << verdict.faults.front();
}

TEST(ReleasedCounts, AreFoundOutWhereTheClaimCountsOnNoiseThatIsNotThere) {
  const AuditedCount count{.site_noise = privacy::noise_scale_at_least(2.0), .honest_sites = 2};
  AuditedCount booked = count;
  booked.honest_sites = 3;  // as if the colluder's noise hid anything
  EXPECT_FALSE(audit(count, claim_of(booked)).faults.empty());
}

TEST(ReleasedCounts, AreFoundOutWhereTheClaimForgetsThatAnEntityHasTwoRows) {
  const AuditedCount count{.site_noise = privacy::noise_scale_at_least(4.0), .max_rows = 2};
  AuditedCount booked = count;
  booked.max_rows = 1;
  const auto verdict = audit(count, claim_of(booked));
  EXPECT_GT(verdict.lower_bound, verdict.point.epsilon);
}

}  // namespace
}  // namespace fedloom::audit
