#pragma once
// How far the marginals of synthetic rows are from those of real rows. For a marginal r,
// ‖M_r(real)/N_real − M_r(synthetic)/N_synthetic‖₁, from 0 (same) to 2 (disjoint); half of it is the total variation.
// The mean over all marginals of a degree is AIM's workload error (McKenna et al. 2022) with all weights 1.
// The figures come from exact counts of real rows: they are PRIVATE, and stay where the rows are.

#include <cstdint>
#include <vector>

#include "fedloom/data/table.hpp"
#include "fedloom/evaluate/stop_check.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::evaluate {

struct MarginalError {
  std::size_t degree = 0;
  std::size_t marginals = 0;        ///< n_k: all subsets of `degree` attributes
  double mean = 0;                  ///< aim_k
  double worst = 0;                 ///< max_k
  schema::Marginal worst_marginal;  ///< the first that has it
};

/// One entry for each degree from 1 to max_degree (at most 3) that the domain has marginals of. `threads` 0: one per
/// core. Throws DataError when a table has no rows, std::invalid_argument when the domains differ.
std::vector<MarginalError> marginal_errors(const data::Table& real, const data::Table& synthetic,
                                           std::size_t max_degree, unsigned threads = 0, const StopCheck& check = {});

/// ‖M_r(real)/N_real − M_r(synthetic)/N_synthetic‖₁ of each marginal, in order. As marginal_errors.
std::vector<double> marginal_distances(const data::Table& real, const data::Table& synthetic,
                                       const std::vector<schema::Marginal>& marginals, unsigned threads = 0,
                                       const StopCheck& check = {});

/// What marginal_errors says of marginals of one degree and their distances.
MarginalError summary_of(const std::vector<schema::Marginal>& marginals, const std::vector<double>& distances);

/// NIST's score of 3-way marginals from their mean L1 distance: 1000 where they are the same, 0 where no two cells are
/// shared: (2 − mean)·500 (SDNist's k-marginal with k = 3 over all triples, in place of a sample of them).
double k_marginal_score(double mean_l1);

}  // namespace fedloom::evaluate
