#pragma once
// How strongly attributes hang together: in the model, and in what was measured beside it.

#include <cstdint>
#include <optional>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/generator.hpp"

namespace fedloom::report {

/// One value for each pair of attributes, by first and second, first < second.
class PairValues {
 public:
  explicit PairValues(std::size_t attributes) : attributes_(attributes), values_(attributes * attributes) {}
  std::size_t attributes() const noexcept { return attributes_; }
  std::optional<double>& at(std::size_t first, std::size_t second) { return values_[first * attributes_ + second]; }
  const std::optional<double>& at(std::size_t first, std::size_t second) const {
    return values_[first * attributes_ + second];
  }

 private:
  std::size_t attributes_;
  std::vector<std::optional<double>> values_;
};

/// Cramér's V of the model: √(χ²/(min(r, c) − 1)) of a pair's probabilities, over values that occur (Cramér 1946);
/// 0: independent, 1: one tells the other. Over the model's own bins.
PairValues dependence_of(const model::Generator& generator);

/// √(mean z²) over the cells of each pair in all measured marginals that hold it, z = (measured − N·model)/σ: near 1
/// the model agrees with them as far as noise lets anyone tell. None where no such marginal over the model's own bins
/// was measured. `rows` is the noisy number of rows.
PairValues residuals_of(const model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                        double rows);

/// Of one group of measured marginals: how far from them the model is, in parts of the rows (L1, 0 to 2).
struct MarginalErrors {
  std::uint64_t marginals = 0, cells = 0;
  double expected = 0;  ///< mean over marginals of √(2/π)·σ·cells/N: what noise alone puts between them and the truth
  double fitted = 0;  ///< mean over marginals of Σ|measured/N − model|
};
/// By degree, 1 to 3: [0] is of the 1-ways. Marginals over the model's own bins only.
std::vector<MarginalErrors> errors_by_degree(const model::Generator& generator,
                                             const std::vector<boundary::Measurement>& measurements, double rows);

}  // namespace fedloom::report
