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

/// What attributes the experiment asks to keep, and which marginals hold one.
class Kept {
 public:
  Kept(const schema::Domain& domain, const config::GeneratorConfig& generator);
  bool in(const schema::Marginal& marginal) const;

 private:
  std::vector<bool> kept_;
};

/// A marginal that holds a kept attribute is worth this many times as much (docs/experiments, section 8).
inline constexpr double kKeptWorth = 3.0;

/// The downward closure of all marginals of the workload's degree, up to a limit of cells.
class Workload {
 public:
  Workload(const schema::Domain& domain, const config::GeneratorConfig& generator);
  const std::vector<schema::Marginal>& marginals() const noexcept { return marginals_; }
  std::size_t size() const noexcept { return marginals_.size(); }
  std::uint64_t cells(std::size_t k) const { return cells_[k]; }
  /// w_r = Σ_{q∈W} c_q·|r ∩ q|, three times that where r holds a `keep` attribute, the largest scaled to 1; c_q = 2
  /// where q holds one, else 1.
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

/// All pairs with a kept attribute, to measure at their codes beside the 1-ways; none where nothing is kept, or so much
/// that they are more than two for each attribute.
std::vector<schema::Marginal> kept_pairs(const Workload& workload, const Kept& kept, std::size_t dimensions);

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
