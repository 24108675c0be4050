#pragma once
// Rows from a mixture of products. Plain loops, no LibTorch: the same rows on every machine.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/domain.hpp"

namespace fedloom::model {

class Refiner;
using RowBlock = std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>;

inline constexpr std::uint64_t kBlockRows = 50000;
// Above this many rows the blocks' own errors average out, and pairs need no help.
inline constexpr std::uint64_t kRefineRows = 500000;

/// A mixture as numbers: `probabilities` is components × domain.width(), row-major.
struct Mixture {
  const schema::Domain* domain = nullptr;
  std::uint32_t components = 0;
  std::span<const float> probabilities;
  std::span<const double> weights{};  ///< of the components, relative to equal ones (mean 1); none: equal
  double weight(std::size_t component) const { return weights.empty() ? 1.0 : weights[component]; }
};

/// Stratified draws from one mixture, a block at a time.
class RowSource {
 public:
  /// `rows`: how many will be drawn in all, if they are at most `refine_up_to` they are refined.
  RowSource(const Mixture& mixture, std::uint64_t rows, PublicStream stream, std::uint64_t refine_up_to = kRefineRows);
  ~RowSource();
  RowSource(RowSource&&) noexcept;
  /// Row-major codes in random order.
  std::vector<std::uint32_t> draw(std::size_t rows);

 private:
  Mixture mixture_;
  PublicStream stream_;
  std::unique_ptr<Refiner> refiner_;
};

/// Hands out exactly `rows` rows in blocks of at most kBlockRows.
void sample_rows(const Mixture& mixture, std::uint64_t rows, std::uint64_t seed, const RowBlock& block);

}  // namespace fedloom::model
