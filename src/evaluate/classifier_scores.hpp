#pragma once
// How good the probabilities of a classifier of two classes are.

#include <cstdint>
#include <vector>

#include "fedloom/evaluate/evaluation.hpp"

namespace fedloom::evaluate {

using Labels = std::vector<std::uint8_t>;  ///< 0 or 1

/// P(probability of a 1 > probability of a 0), ties count half; NaN with one class only.
double auroc(const std::vector<double>& probabilities, const Labels& labels);

/// Average precision over thresholds at each distinct probability; NaN without a 1.
double auprc(const std::vector<double>& probabilities, const Labels& labels);

double accuracy(const std::vector<double>& probabilities, const Labels& labels);

/// A group takes part with this many rows, and in equal opportunity with this many rows of label 1.
inline constexpr std::size_t least_group_rows = 50;

/// `groups`: the code of the protected attribute of each row.
FairnessGap fairness_gap(const std::vector<double>& probabilities, const Labels& labels,
                         const std::vector<std::uint32_t>& groups);

}  // namespace fedloom::evaluate
