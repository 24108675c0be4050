#pragma once
// Draws that keep to their probabilities as closely as whole rows allow.

#include <cstdint>
#include <span>
#include <utility>

#include "fedloom/base/public_stream.hpp"

namespace fedloom::model {

template <typename T>
void shuffle(std::span<T> values, PublicStream& stream) {
  for (std::size_t k = values.size(); k > 1; --k) std::swap(values[k - 1], values[stream.below(k)]);
}

/// Systematic draws: `values` gets ⌊k·p_v⌋ or ⌈k·p_v⌉ copies of each v, ascending; `start` in [0, 1).
void systematic(std::span<const float> p, double start, std::span<std::uint32_t> values);

}  // namespace fedloom::model
