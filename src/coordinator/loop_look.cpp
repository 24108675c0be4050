// After the 1-ways: a coarse look at everything (look.hpp), and what the loop keeps it apart for.

#include <algorithm>
#include <cmath>

#include "coordinator/look.hpp"
#include "coordinator/loop_impl.hpp"

namespace fedloom::coordinator {

void Loop::Impl::plan_look() {
  // A curator of exact totals opens each marginal once, over one set of bins.
  if (experiment.privacy.trust == config::Trust::aggregate) return plan_after_look();
  const double part = scores_are_exact() ? kLookPartBesideScores : kLookPart;
  const std::optional<Look> look = look_for(
      domain(), measurements, {experiment.generator.degree, part * budget.total(), crowd.inflation(), total_rows()});
  if (!look) return plan_after_look();
  const double all = (look->whole() ? kLookPartOfCodes : part) * budget.total() / budget.left();
  std::vector<Share> wanted;
  const std::vector<double> parts = look_parts(*look, Kept(domain(), experiment.generator));
  for (std::size_t k = 0; k < parts.size(); ++k) {
    wanted.push_back({{schema::Query::Kind::marginal, look->marginals[k], 0, 0}, all * parts[k]});
  }
  if (look->whole()) add_missing_one_ways(wanted);
  const double noise = predicted_noise();
  const std::size_t d = domain().dimensions();
  state.rounds_planned = state.round + 1 +
                         (scores_are_exact() ? 2 * static_cast<std::uint32_t>(std::lround(picks_for(d, noise)))
                                             : batches_for(d, noise).count + (look->whole() ? 0U : 1U));
  measure_next(Phase::look, std::move(wanted), look->bins);
}

void Loop::Impl::plan_after_look() {
  if (scores_are_exact()) return start_picks();
  return looked_at_codes() ? start_batches() : plan_sketch();
}

bool Loop::Impl::looked_at_codes() const {
  return std::any_of(measurements.begin(), measurements.end(),
                     [](const auto& m) { return m.look && m.coarsening.empty() && m.query.marginal.degree() > 1; });
}

std::vector<boundary::Measurement> Loop::Impl::without_look() const {
  std::vector<boundary::Measurement> out;
  std::copy_if(measurements.begin(), measurements.end(), std::back_inserter(out),
               [](const auto& m) { return !m.look || m.query.marginal.degree() == 1; });
  return out;
}

std::vector<schema::Marginal> Loop::Impl::measured_marginals() const {
  std::vector<schema::Marginal> out;
  for (const boundary::Measurement& m : measurements) {
    if (m.query.kind == schema::Query::Kind::marginal && !m.look) out.push_back(m.query.marginal);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace fedloom::coordinator
