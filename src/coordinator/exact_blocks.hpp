#pragma once
// trust: aggregate. In which blocks the exact totals of a workload are opened: the same on every start of a run, so
// that the sites find their stored shares again.

#include <vector>

#include "coordinator/selection.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::coordinator {

class ExactBlocks {
 public:
  /// The first block is the count and all 1-ways over the schema's own codes; the others are the rest of the workload
  /// over the coarsening's bins, small marginals first. At most `most_words` a block, unless one marginal has more.
  ExactBlocks(const config::Experiment& experiment, const schema::Coarsening& coarsening, std::uint64_t most_words);
  std::size_t size() const noexcept { return blocks_.size(); }
  /// How many blocks from the first on hold all of these; 0 when one is not in the workload.
  std::size_t needed_for(const std::vector<schema::Marginal>& marginals) const;
  /// Of the block, as a round of its own; rounds count from 1.
  boundary::RoundPlan plan(std::size_t block) const;

 private:
  void append(std::vector<schema::Marginal>&& block);
  std::vector<std::vector<schema::Marginal>> blocks_;
  std::map<schema::Marginal, std::size_t> block_of_;
  schema::Coarsening coarsening_;
  privacy::CuratorEvent curator_;
  std::uint32_t entity_rows_;
};

}  // namespace fedloom::coordinator
