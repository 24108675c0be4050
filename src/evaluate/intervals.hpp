#pragma once

#include "fedloom/evaluate/evaluation.hpp"

namespace fedloom::evaluate {

/// Mean and half width of Student's two-sided 95 % interval; NaN half width for fewer than two values.
Interval interval_of(const std::string& figure, const std::vector<double>& values);

/// Of the figures that every sample has.
std::vector<Interval> intervals_of(const std::vector<Comparison>& samples);

/// A comparison's figures in one line each, named as in JSON.
struct Headline {
  std::string figure;
  double value = undefined;
};
std::vector<Headline> headlines(const Comparison& comparison);

}  // namespace fedloom::evaluate
