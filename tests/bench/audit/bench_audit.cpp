// How much of its claim an audit proves of one released count: three sites, one of which colludes, through this build's
// own reading, clipping, counting, noise and secure sum. Prints figures as JSON.

#include <cmath>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "fedloom/audit/released_counts.hpp"
#include "fedloom/base/clock.hpp"
#include "fedloom/privacy/secure_random.hpp"

namespace {
using namespace fedloom;

audit::MechanismVerdict tried(double total_variance, std::uint64_t trials, const std::filesystem::path& scratch) {
  const audit::AuditedCount count{.site_noise = privacy::noise_scale_at_least(total_variance / 2), .honest_sites = 2};
  audit::ReleasedCounts mechanism(count, scratch);
  return audit::audit_mechanism(mechanism, audit::claim_of(count), {.trials = trials});
}

}  // namespace

int main() {
  privacy::SecureRandom random;
  const auto scratch =
      std::filesystem::temp_directory_path() / ("fedloom-bench-audit-" + std::to_string(random.next()));
  std::filesystem::create_directories(scratch);
  nlohmann::json figures = nlohmann::json::array();
  for (const double sigma : {1.0, 4.0}) {
    const Instant start = monotonic_now();
    const auto verdict = tried(sigma * sigma, std::uint64_t{1} << 22, scratch);
    const double seconds = std::chrono::duration<double>(monotonic_now() - start).count();
    const std::string name = sigma == 1.0 ? "audit.gaussian" : "audit.gaussian.sigma4";
    figures.push_back(
        {{"name", name + ".fraction_of_claim"}, {"value", verdict.fraction_of_claim()}, {"unit", "of 1"}});
    figures.push_back({{"name", name + ".epsilon_exact"}, {"value", verdict.point.epsilon}, {"unit", "epsilon"}});
    figures.push_back({{"name", name + ".delta"}, {"value", verdict.point.delta}, {"unit", "delta"}});
    figures.push_back({{"name", name + ".faults"}, {"value", verdict.faults.size()}, {"unit", "faults"}, {"limit", 0}});
    figures.push_back({{"name", name + ".s"}, {"value", seconds}, {"unit", "s"}});
  }
  std::filesystem::remove_all(scratch);
  std::cout << figures.dump(1) << std::endl;
}
