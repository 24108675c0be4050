#pragma once
// A first look at everything, coarsely: all triples (or all pairs) of attributes whose codes are put into a few bins
// each. It tells little of any one marginal but something of all, and so keeps the model near the truth where nothing
// else will be measured; docs/decisions/0015.

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "coordinator/selection.hpp"
#include "fedloom/boundary/measurement.hpp"

namespace fedloom::coordinator {

struct Look {
  schema::Coarsening bins;  ///< of the measured domain; empty: no attribute has more codes than bins
  std::vector<schema::Marginal> marginals;
  bool whole() const noexcept { return bins.empty(); }
};

/// All triples over three bins an attribute where the workload has triples and there are not too many, else all pairs
/// over four. None where the noise of such a pair would be more than the rows, or there are too many pairs.
struct LookRequest {
  std::size_t degree = 3;  ///< of the workload
  double rho = 0;          ///< what the look may cost
  double inflation = 1;    ///< Crowd::inflation()
  double rows = 1;         ///< N̂
};
std::optional<Look> look_for(const schema::Domain& domain, const std::vector<boundary::Measurement>& one_ways,
                             const LookRequest& request);

/// Parts of the look's cost, summing to 1: four times as much for a marginal that holds a kept attribute; equal where
/// the look is at the codes.
std::vector<double> look_parts(const Look& look, const Kept& kept);

/// Runs of neighbouring codes of about equal mass, at most `bins` of them; a code with as much mass stays alone.
std::vector<std::uint32_t> equal_runs(const std::vector<double>& counts, std::uint32_t bins);

/// L1 errors of pairs as the look shows them: E = 2·√(n·max(0, ‖z − M̂‖² − n·σ²)), z a pair's n cells (of bins), mean
/// of all that the look's marginals say of them, M̂ the model's. `model(pairs)`: its answers over the domain's codes.
std::map<schema::Marginal, double> look_errors(
    const std::vector<const boundary::Measurement*>& look, const schema::Domain& domain,
    const std::function<std::vector<std::vector<float>>(const std::vector<schema::Marginal>&)>& model);

}  // namespace fedloom::coordinator
