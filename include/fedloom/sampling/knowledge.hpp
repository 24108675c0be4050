#pragma once
// What a model and its run's released answers let one know of the rows under some conditions. Public.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/sampling/condition.hpp"

namespace fedloom::sampling {

/// What a run released beside its model.
struct Released {
  std::optional<double> rows;                       ///< the estimated number of rows of the real tables
  std::vector<boundary::Measurement> measurements;  ///< none: of a model alone
};

struct Knowledge {
  double mass = 0;                  ///< probability under the model
  double effective_components = 0;  ///< 1/Σ w² of their weights under the conditions
  std::optional<double> rows;       ///< mass × the estimated number of rows, where that is known
  std::optional<double> sigma;      ///< noise of the released count of such rows, where one table holds all columns
  std::string table;                ///< that one's name
  /// n²/(n + σ²): so many rows, counted without noise, would tell as much, by their variance.
  std::optional<double> rows_without_noise() const;
  /// The count is below twice its noise: ε does not let one know whether there are such rows at all.
  bool noise_hides_them() const;
};

/// `tilted`: the model under these conditions.
Knowledge knowledge_of(const model::Tilted& tilted, const std::vector<Condition>& conditions, const Released& released);

/// Lines for a person, with a warning where the noise hides what was asked for.
std::string in_words(const Knowledge& knowledge, std::uint32_t components, bool has_measurements);

}  // namespace fedloom::sampling
