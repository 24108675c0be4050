#pragma once
// Fits a generator to released measurements. Sees nothing but public values.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedloom/base/rank_group.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/generator.hpp"

namespace fedloom::train {

/// N̂: the number of rows, from the measurements: Σ(total_r·w_r/n_r)/Σ(w_r/n_r), w = 1/σ² (marginals only), at least 1.
double estimate_rows(const std::vector<boundary::Measurement>& measurements);

/// λ = 0.6 · mean of 1/σ_r over the measured pairs and triples, those of the look left out (over 1-ways where there is
/// none yet).
double mutual_information_weight(const std::vector<boundary::Measurement>& measurements);

/// κ = √N̂ · mean of 1/σ_r over what mutual_information_weight() means over: the chance in the rows themselves beside
/// the noise. 0 where nothing was measured.
double clearness(const std::vector<boundary::Measurement>& measurements);

/// What a fit runs on.
struct Compute {
  /// None: this process alone. Otherwise the leader's fits are shared by the ranks that are in serve_fits(), each with
  /// a part of the components; the result differs by rounding only.
  RankGroup* ranks = nullptr;
  /// On a GPU; see why_no_gpu(). Rank r of several takes the GPU r modulo their number.
  bool gpu = false;
};
/// Empty where fits can run on a GPU here: LibTorch's CUDA library can be loaded and finds one.
std::string why_no_gpu();
/// Throws EnvironmentError where that is not empty: so that a run ends before its first round.
void require_gpu();

struct FitOptions {
  std::uint32_t steps = 100;
  double step_size = 0.2;
  double lambda = 0;  ///< weight of Σ_b KL(P_b ‖ P̄)
  Compute compute{};
};
struct FitReport {
  double rows = 0;           ///< N̂ used
  double chi2_per_cell = 0;  ///< over measured pairs and triples
  double lambda = 0;
};

/// What the logits come from: a free table, or the network of GEM (Liu, Vietri & Wu 2021) on a fixed batch of latent
/// vectors: two hidden layers, each beside its input; normalised by layer in the place of by batch, so that a
/// component's logits are its own latent vector's alone.
enum class NetworkKind : std::uint8_t { table, mlp };

/// Floating-point operations of a step through the network, above those of a table's.
double mlp_flops(double components, double width);

/// Logits around log(clipped noisy 1-way) with a standard deviation of 0.3 over the components, seeded by public
/// randomness.
void initialise(model::Generator& generator, const std::vector<boundary::Measurement>& measurements, std::uint64_t seed,
                NetworkKind network = NetworkKind::table);

/// Adam (.5, .95), cosine to 5 %, fresh moments, on ½χ²·(B/N̂) + λ·Σ_b KL(P_b‖P̄), from where the generator is.
/// Gradients in the logits by hand in GEMMs; below them, in a network, by autograd. Throws EnvironmentError: a rank is
/// lost, no GPU; std::invalid_argument: weights that are not initialise()'s.
FitReport fit(model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
              const FitOptions& options);

/// Takes part in the leader's fits, on what the leader says, until it calls end_fits(). Not for the leader. Throws what
/// fit() throws.
void serve_fits(RankGroup& ranks);
/// The leader has no more fits.
void end_fits(RankGroup& ranks);

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
