#pragma once
// Fits a generator to released measurements. Sees nothing but public values.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/generator.hpp"

namespace fedloom::train {

/// N̂: the number of rows, from the measurements: Σ(total_r·w_r/n_r)/Σ(w_r/n_r), w = 1/σ² (marginals only), at least 1.
double estimate_rows(const std::vector<boundary::Measurement>& measurements);

/// λ = 0.6 · mean of 1/σ_r over the measured pairs and triples, those of the look left out (over 1-ways where there is
/// none yet).
double mutual_information_weight(const std::vector<boundary::Measurement>& measurements);

struct FitOptions {
  std::uint32_t steps = 100;
  double step_size = 0.2;
  double lambda = 0;  ///< weight of Σ_b KL(P_b ‖ P̄)
};
struct FitReport {
  double rows = 0;           ///< N̂ used
  double chi2_per_cell = 0;  ///< over measured pairs and triples
  double lambda = 0;
};

/// L = log(clipped noisy 1-way) + 0.3·N(0, 1), seeded by public randomness.
void initialise(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                std::uint64_t seed);

/// Adam (.5, .95), cosine to 5 %, fresh moments, on ½χ²·(B/N̂) + λ·Σ_b KL(P_b‖P̄). Gradients by hand in GEMMs.
FitReport fit(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
              const FitOptions& options);

/// The distribution nearest in L2 to noisy counts that should sum to `rows` > 0, as probabilities: max(0, y − t) with t
/// such that the sum is right. Clipping alone would keep the noise of empty cells that is positive, and so spread mass
/// over them.
void project(std::span<const double> counts, double rows, std::span<double> out);

/// Product of noisy 1-ways, each projected onto the distributions (L2): method `independent`. One component only.
FitReport fit_independent(model::Generator& generator, const std::vector<boundary::Measurement>& measurements);

/// Answers of the current model to many marginals, in counts (× N̂), as floats; cheaper than one by one.
std::vector<std::vector<float>> answers(const model::Generator& generator,
                                        const std::vector<schema::Marginal>& marginals, double rows);
/// S_r·M̂_r of each sketch query, in counts.
std::vector<std::vector<double>> sketch_answers(const model::Generator& generator,
                                                const std::vector<schema::Query>& sketches, double rows);

}  // namespace fedloom::train
