#pragma once
// What the coordinator plans by, and what it keeps of that on its disk: a few rounds that share what is left of the
// budget, as coordinator::Loop and RunFolder do it, without a model.

#include <optional>
#include <vector>

#include "harness.hpp"
#include "schedule.hpp"

namespace fedloom::fault {

/// ρ of a run.
inline constexpr double budget = 0.5;

/// Where a run stands.
struct Course {
  double spent = 0;
  std::uint32_t done = 0;
  std::uint32_t attempt = 0;
};
/// The plan of the next round; none when all are done or nothing is left.
std::optional<boundary::RoundPlan> next_plan(const Course& course, const Schedule& schedule,
                                             const schema::Domain& domain);

struct CoordinatorDisk {
  std::vector<privacy::PublicSpend> spends;
  std::uint32_t asked = 0;  ///< round
  std::optional<Course> checkpoint;
  /// A payment is known by what it paid for, and stands here once.
  void add_spend(privacy::PublicSpend spend);
  /// ρ of the list, with what a resumed run would put there, were a site missing.
  double listed(const Schedule& schedule, const schema::Domain& domain) const;
};

}  // namespace fedloom::fault
