#pragma once
// What may be measured, what it is worth, and which cliques to take next.

#include <cstdint>
#include <map>
#include <vector>

#include "fedloom/boundary/candidate.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::coordinator {

/// E|N(0, 1)|: a cell's expected noise is √(2/π)·σ.
inline constexpr double kNoiseBias = 0.7978845608028654;

/// The downward closure of all marginals of the workload's degree, up to a limit of cells.
class Workload {
 public:
  Workload(const schema::Domain& domain, const config::GeneratorConfig& generator);
  const std::vector<schema::Marginal>& marginals() const noexcept { return marginals_; }
  std::size_t size() const noexcept { return marginals_.size(); }
  std::uint64_t cells(std::size_t k) const { return cells_[k]; }
  /// w_r = Σ_{q∈W} c_q·|r ∩ q|, the largest scaled to 1; c_q = 2 where q touches a `keep` attribute, else 1.
  double weight(std::size_t k) const { return weights_[k]; }
  /// Geometric mean of the cells of a pair; 1 where there is none.
  double reference_cells() const noexcept { return reference_cells_; }

 private:
  std::vector<schema::Marginal> marginals_;  ///< by degree, then lexicographic
  std::vector<std::uint64_t> cells_;
  std::vector<double> weights_;
  double reference_cells_ = 1;
};

/// ν: predicted noise, as a share of the rows, of a typical pair when d cliques share 60 % of ρ.
double typical_noise(const Workload& workload, std::size_t dimensions, double rho, double inflation, double rows);

/// Share of ρ for the 1-ways: more when a share of .25 would leave them noisy.
double one_way_part(const schema::Domain& domain, double rho, double inflation, double rows);

/// Cliques to sketch: all pairs, and triples of at most 64 cells unless there are very many.
std::vector<schema::Query> sketch_queries(const Workload& workload, std::uint64_t seed);

/// What the sketch says of each clique's error, and which cliques to take for it.
struct BatchRequest {
  const Workload* workload = nullptr;
  const std::map<schema::Marginal, double>* errors = nullptr;  ///< E_r of sketched cliques; 0 once measured
  const std::vector<schema::Marginal>* measured = nullptr;     ///< sorted
  double sigma = 0;                                            ///< of one cell at an equal split of what is left
  std::size_t want = 0;
};
std::vector<schema::Marginal> choose_batch(const BatchRequest& request);

/// E_r = .7·√(n_r·max(0, ‖z − S·M̂‖²/8 − σ²)): an L1 error from an unbiased estimate of the squared L2 error (AMS
/// sketch, Alon, Matias & Szegedy 1996).
double sketched_error(const boundary::Measurement& sketch, const std::vector<double>& model, std::uint64_t cells);

/// Parts ∝ clip((n_r/n_ref)^(2/3), .25, 4), summing to 1.
std::vector<double> batch_parts(const std::vector<schema::Marginal>& batch, const schema::Domain& domain,
                                double reference_cells);

}  // namespace fedloom::coordinator
