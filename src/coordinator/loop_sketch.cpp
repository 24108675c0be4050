// trust: none. Selection has to be linear in the rows, so it is done once, by random signs of every pair, or by the
// look where that was at the codes themselves; what follows is post-processing until the next batch is measured.

#include <algorithm>
#include <cmath>

#include "coordinator/look.hpp"
#include "coordinator/loop_impl.hpp"

namespace fedloom::coordinator {
namespace {

// Where a typical pair would be noisier than this, in parts of the rows, 1-ways alone are the better use of a budget.
constexpr double kNoiseAtMost = 3.0;

}  // namespace

void Loop::Impl::plan_sketch() {
  const double typical = predicted_noise();
  if (typical > kNoiseAtMost) return measure_remainder();
  const std::vector<schema::Query> queries = sketch_queries(workload, experiment.seed);
  const double part = kSketchPart * budget.total() / budget.left();
  std::vector<Share> wanted;
  double squares = 0;
  for (const schema::Query& query : queries) squares += static_cast<double>(query.row_l2_squared());
  for (const schema::Query& query : queries) {
    wanted.push_back({query, part * static_cast<double>(query.row_l2_squared()) / squares});
  }
  add_kept_pairs(wanted);
  add_missing_one_ways(wanted);
  state.rounds_planned = state.round + 1 + batches_for(domain().dimensions(), typical).count;
  measure_next(Phase::sketch, std::move(wanted));
}

std::vector<schema::Marginal> Loop::Impl::pairs_kept() const {
  if (one_way_only() || scores_are_exact()) return {};
  return kept_pairs(workload, Kept(domain(), experiment.generator), domain().dimensions());
}

void Loop::Impl::add_kept_pairs(std::vector<Share>& wanted) {
  const std::vector<schema::Marginal> pairs = pairs_kept();
  const double all = kKeptPairsPart * budget.total() / budget.left();
  const std::vector<double> parts = batch_parts(pairs, domain(), workload.reference_cells());
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    wanted.push_back({{schema::Query::Kind::marginal, pairs[k], 0, 0}, all * parts[k]});
  }
}

void Loop::Impl::start_batches() {
  const Batches batches = batches_for(domain().dimensions(), predicted_noise());
  state.cliques = batches.cliques;
  state.batches = batches.count;
  state.batch = state.taken = 0;
  state.rounds_planned = state.round + state.batches;
  plan_batch();
}

std::map<schema::Marginal, double> Loop::Impl::seen_errors(const std::vector<schema::Marginal>& measured) const {
  return looked_at_codes() ? looked_errors(measured) : sketched_errors(measured);
}

std::map<schema::Marginal, double> Loop::Impl::looked_errors(const std::vector<schema::Marginal>& measured) const {
  std::vector<const boundary::Measurement*> look;
  for (const boundary::Measurement& m : measurements) {
    if (m.look && m.query.marginal.degree() > 1) look.push_back(&m);
  }
  std::map<schema::Marginal, double> errors =
      look_errors(look, domain(), [&](const auto& pairs) { return train::answers(generator, pairs, total_rows()); });
  for (const schema::Marginal& marginal : measured) {
    if (const auto found = errors.find(marginal); found != errors.end()) found->second = 0.0;
  }
  return errors;
}

std::map<schema::Marginal, double> Loop::Impl::sketched_errors(const std::vector<schema::Marginal>& measured) const {
  std::map<schema::Marginal, double> errors;
  std::vector<schema::Query> queries;
  std::vector<const boundary::Measurement*> sketches;
  for (const boundary::Measurement& m : measurements) {
    if (m.query.kind != schema::Query::Kind::sketch) continue;
    if (std::binary_search(measured.begin(), measured.end(), m.query.marginal)) {
      errors[m.query.marginal] = 0.0;
    } else {
      queries.push_back(m.query);
      sketches.push_back(&m);
    }
  }
  const std::vector<std::vector<double>> model = train::sketch_answers(generator, queries, total_rows());
  for (std::size_t k = 0; k < queries.size(); ++k) {
    errors[queries[k].marginal] = sketched_error(*sketches[k], model[k], queries[k].marginal.cells(domain()));
  }
  return errors;
}

void Loop::Impl::plan_batch() {
  const std::vector<schema::Marginal> measured = measured_marginals();
  const std::map<schema::Marginal, double> errors = seen_errors(measured);
  const std::uint32_t open = state.cliques > state.taken ? state.cliques - state.taken : 1;
  const auto per_batch = static_cast<std::uint32_t>(std::ceil(static_cast<double>(state.cliques) / state.batches));
  const bool last = state.batch + 1 >= state.batches;
  const BatchRequest request{&workload, &errors, &measured, crowd.inflation() * std::sqrt(open / (2.0 * budget.left())),
                             last ? open : std::min(per_batch, open)};
  const std::vector<schema::Marginal> batch = choose_batch(request);
  if (batch.empty()) return measure_remainder();
  const double part = last ? 1.0 : std::min(1.0, static_cast<double>(batch.size()) / open);
  const std::vector<double> parts = batch_parts(batch, domain(), workload.reference_cells());
  std::vector<Share> wanted;
  for (std::size_t k = 0; k < batch.size(); ++k) {
    wanted.push_back({{schema::Query::Kind::marginal, batch[k], 0, 0}, part * parts[k]});
  }
  state.taken += static_cast<std::uint32_t>(batch.size());
  measure_next(Phase::batch, std::move(wanted));
}

}  // namespace fedloom::coordinator
