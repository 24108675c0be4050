#include "course.hpp"

#include <algorithm>

namespace fedloom::fault {
namespace {

boundary::RoundPlan priced(boundary::RoundPlan plan, const schema::Domain& domain, double cost) {
  const double each = cost / static_cast<double>(plan.queries.size());
  // ρ = Δ²/(2·m·σ²), and a little for rounding.
  for (double variance = 1 / (2 * plan.contributors * each);; variance *= 1.0001) {
    for (auto& query : plan.queries) query.site_noise = privacy::noise_scale_at_least(variance);
    if (cost_of(plan, domain).value <= cost) return plan;
  }
}

}  // namespace

std::optional<boundary::RoundPlan> next_plan(const Course& course, const Schedule& schedule,
                                             const schema::Domain& domain) {
  const double left = budget * (1 - 1e-9) - course.spent;
  if (course.done == schedule.rounds || left < 9e-8 * budget) return std::nullopt;
  boundary::RoundPlan plan{.round = course.done + 1,
                           .attempt = course.attempt,
                           .stage = "measure",
                           .contributors = schedule.promised.contributors()};
  for (std::size_t degree = 1; degree <= std::min<std::size_t>(domain.dimensions(), 2); ++degree) {
    for (const auto& marginal : schema::all_marginals(domain.dimensions(), degree)) {
      plan.queries.push_back({.query = {.marginal = marginal}, .site_noise = {}});
    }
  }
  return priced(std::move(plan), domain, left / (schedule.rounds - course.done));
}

void CoordinatorDisk::add_spend(privacy::PublicSpend spend) {
  const bool paid = std::ranges::any_of(spends, [&](const privacy::PublicSpend& known) {
    return known.kind != "reuse" && known.round == spend.round && known.events == spend.events;
  });
  if (spend.kind == "reuse" && !paid) spend.kind = "spend";
  if (spend.kind != "reuse" && paid) return;
  spends.push_back(std::move(spend));
}

double CoordinatorDisk::listed(const Schedule& schedule, const schema::Domain& domain) const {
  CoordinatorDisk later = *this;
  const auto plan = next_plan(checkpoint.value_or(Course{}), schedule, domain);
  if (plan && asked == plan->round) {
    later.add_spend({.round = plan->round, .kind = "lost", .stage = plan->stage, .events = events_of(*plan, domain)});
  }
  return privacy::cost_of(later.spends).value;
}

}  // namespace fedloom::fault
