#pragma once
// Each attribute's distribution: the model's beside the noisy measurement.

#include <optional>
#include <string>
#include <vector>

#include "facts.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/model/generator.hpp"

namespace fedloom::report {

struct Bar {
  std::string label;
  double synthetic = 0;            ///< share of rows, 0 to 1
  std::optional<double> measured;  ///< share of rows; noise may take it below 0 or above 1
  double sigma = 0;                ///< of `measured`, as a share
};

struct Distribution {
  std::string attribute;
  std::vector<Bar> bars;         ///< one a code, or one a group of neighbouring codes
  std::size_t codes_in_bar = 1;  ///< the last group may be smaller
};

/// More codes than this are drawn in groups.
inline constexpr std::size_t most_bars = 200;

/// One for each attribute, in order. Measurements of one marginal are averaged with weights 1/σ².
std::vector<Distribution> distributions_of(const RunFacts& run, const model::Generator& generator,
                                           const std::vector<boundary::Measurement>& measurements);

}  // namespace fedloom::report
