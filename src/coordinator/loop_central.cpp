// trust: central and aggregate. AIM's loop (McKenna et al. 2022) with our rules for the number of rounds and annealing.

#include <algorithm>
#include <cmath>

#include "coordinator/loop_impl.hpp"

namespace fedloom::coordinator {
namespace {

constexpr std::uint32_t kPicksAtMost = 400;

}  // namespace

// σ_r = σ·clip((n_r/n_ref)^(−1/3), .5, 2): large cliques get less noise a cell.
double Loop::Impl::size_factor(std::uint64_t cells) const {
  return std::clamp(std::pow(static_cast<double>(cells) / workload.reference_cells(), -1.0 / 3.0), 0.5, 2.0);
}

void Loop::Impl::start_picks() {
  const double picks = picks_for(domain().dimensions(), predicted_noise());
  if (std::vector<Share> wanted; !state.one_ways_complete) {
    add_missing_one_ways(wanted);
    state.rounds_planned = state.round + 1 + 2 * static_cast<std::uint32_t>(std::lround(picks));
    if (!wanted.empty()) return measure_next(Phase::one_way, std::move(wanted));
  }
  state.sigma = std::sqrt(picks / (1.8 * budget.left()));
  state.epsilon = std::sqrt(0.8 * budget.left() / picks);
  plan_selection();
}

void Loop::Impl::plan_selection() {
  const double left = budget.left();
  const double cost = 0.5 / (state.sigma * state.sigma) + state.epsilon * state.epsilon / 8.0;
  state.last_pick = left < 2.0 * cost || state.picks >= kPicksAtMost;
  if (state.last_pick) {
    state.sigma = std::sqrt(1.0 / (1.8 * left));
    state.epsilon = std::sqrt(0.8 * left);
  }
  const double more = std::max(0.0, std::round(left / cost) - 1.0);
  ++state.picks;
  ++state.round;
  state.attempt = 0;
  state.phase = Phase::select;
  state.rounds_planned = state.round + 1 + (state.last_pick ? 0 : 2 * static_cast<std::uint32_t>(more));
  selection_part = state.epsilon * state.epsilon / 8.0 / left;
  shares.clear();
  build_selection();
}

/// Candidates whose noise is below the largest error there can be; 2·N̂ is the L1 distance of disjoint tables.
std::vector<std::size_t> Loop::Impl::selectable() const {
  const double limit = 2.0 * total_rows();
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < workload.size(); ++k) {
    const auto cells = static_cast<double>(workload.cells(k));
    const double noise = kNoiseBias * crowd.inflation() * state.sigma * size_factor(workload.cells(k)) * cells;
    if (noise < limit || workload.marginals()[k].degree() == 1) out.push_back(k);
  }
  return out;
}

void Loop::Impl::build_selection() {
  const std::vector<std::size_t> which = selectable();
  std::vector<schema::Marginal> marginals;
  for (const std::size_t k : which) marginals.push_back(workload.marginals()[k]);
  const std::vector<std::vector<float>> model = train::answers(generator, marginals, total_rows());
  SelectStep select;
  select.round = state.round;
  select.coarsening = coarsening;
  select.event = price_selection(selection_part * budget.left(), which.size());
  select.candidates.resize(which.size());
  for (std::size_t c = 0; c < which.size(); ++c) {
    boundary::Candidate& candidate = select.candidates[c];
    const std::uint64_t cells = workload.cells(which[c]);
    candidate.marginal = marginals[c];
    candidate.model.resize(cells);
    std::transform(model[c].begin(), model[c].end(), candidate.model.begin(),
                   [](float x) { return static_cast<std::int64_t>(std::lrintf(x)); });
    candidate.weight_256 =
        static_cast<std::uint32_t>(std::clamp(std::lround(256.0 * workload.weight(which[c])), 1L, 256L));
    candidate.penalty_256 = std::llround(candidate.weight_256 * kNoiseBias * crowd.inflation() * state.sigma *
                                         size_factor(cells) * static_cast<double>(cells));
  }
  step = std::move(select);
}

void Loop::Impl::plan_measurement(std::size_t candidate) {
  const double left = budget.left();
  const double cost = 0.5 / (state.sigma * state.sigma) + state.epsilon * state.epsilon / 8.0;
  const double sigma = state.sigma * size_factor(workload.cells(candidate));
  double part = std::min(1.0, 0.5 / (sigma * sigma) / left);
  // Too little for another round: this one takes it.
  if (state.last_pick || (1.0 - part) * left < 0.2 * cost) {
    part = 1.0;
    state.last_pick = true;
  }
  state.chosen = workload.marginals()[candidate];
  measure_next(Phase::measure, {{{schema::Query::Kind::marginal, state.chosen, 0, 0}, part}});
}

// The model knew already what was measured (debiased signal below half the noise): take costlier rounds from here
// on, but leave about six.
void Loop::Impl::anneal(const boundary::Measurement& measured, const std::vector<float>& before) {
  double square = 0;
  for (std::size_t c = 0; c < before.size(); ++c) square += std::pow(measured.value(c) - before[c], 2);
  const auto cells = static_cast<double>(before.size());
  if (square / (measured.sigma * measured.sigma) - cells > 0.5 * cells || state.last_pick) return;
  const double cost = 0.5 / (state.sigma * state.sigma) + state.epsilon * state.epsilon / 8.0;
  const double factor = std::clamp(budget.left() / (6.0 * cost), 1.0, 4.0);
  state.sigma /= std::sqrt(factor);
  state.epsilon *= std::sqrt(factor);
}

}  // namespace fedloom::coordinator
