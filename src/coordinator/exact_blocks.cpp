#include "coordinator/exact_blocks.hpp"

#include <algorithm>
#include <utility>

namespace fedloom::coordinator {

using schema::Marginal;

ExactBlocks::ExactBlocks(const config::Experiment& experiment, const schema::Coarsening& coarsening,
                         std::uint64_t most_words)
    : coarsening_(coarsening),
      curator_(privacy::curator_event(privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta))),
      entity_rows_(experiment.privacy.max_rows * experiment.privacy.max_sites) {
  const schema::Domain domain = coarsening.over(experiment.schema.domain());
  std::vector<Marginal> next{Marginal()};
  for (std::uint32_t i = 0; i < domain.dimensions(); ++i) next.push_back(Marginal{i});
  append(std::move(next));
  if (experiment.generator.method == config::Method::independent) return;
  const Workload workload(domain, experiment.generator);
  std::vector<std::pair<std::uint64_t, Marginal>> rest;
  for (std::size_t k = 0; k < workload.size(); ++k) {
    if (workload.marginals()[k].degree() > 1) rest.emplace_back(workload.cells(k), workload.marginals()[k]);
  }
  std::ranges::sort(rest);
  next.clear();
  std::uint64_t words = 0;
  for (const auto& [cells, marginal] : rest) {
    if (!next.empty() && words + cells > most_words) {
      append(std::exchange(next, {}));
      words = 0;
    }
    next.push_back(marginal);
    words += cells;
  }
  if (!next.empty()) append(std::move(next));
}

void ExactBlocks::append(std::vector<Marginal>&& block) {
  for (const Marginal& marginal : block) block_of_.emplace(marginal, blocks_.size());
  blocks_.push_back(std::move(block));
}

std::size_t ExactBlocks::needed_for(const std::vector<Marginal>& marginals) const {
  std::size_t needed = 0;
  for (const Marginal& marginal : marginals) {
    const auto found = block_of_.find(marginal);
    if (found == block_of_.end()) return 0;
    needed = std::max(needed, found->second + 1);
  }
  return needed;
}

boundary::RoundPlan ExactBlocks::plan(std::size_t block) const {
  boundary::RoundPlan plan{.round = static_cast<std::uint32_t>(block + 1),
                           .stage = "exact",
                           .contributors = 1,
                           .entity_rows = entity_rows_,
                           .coarsening = block == 0 ? schema::Coarsening() : coarsening_,
                           .curator = curator_};
  for (const Marginal& marginal : blocks_.at(block)) {
    plan.queries.push_back({{schema::Query::Kind::marginal, marginal, 0, 0}, {}});
  }
  return plan;
}

}  // namespace fedloom::coordinator
