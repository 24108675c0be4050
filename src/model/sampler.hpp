#pragma once
// Rows from a mixture of products. Plain loops, no LibTorch: the same rows on every machine.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "fedloom/schema/domain.hpp"

namespace fedloom::model {

using RowBlock = std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>;

/// A mixture as numbers: `probabilities` is components × domain.width(), row-major.
struct Mixture {
  const schema::Domain* domain = nullptr;
  std::uint32_t components = 0;
  std::span<const float> probabilities;
};

/// Hands out exactly `rows` rows in blocks of at most 50,000.
void sample_rows(const Mixture& mixture, std::uint64_t rows, std::uint64_t seed, const RowBlock& block);

}  // namespace fedloom::model
