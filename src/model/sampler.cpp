#include "model/sampler.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "model/draws.hpp"
#include "model/refine.hpp"

namespace fedloom::model {
namespace {

constexpr std::uint64_t kBlockRows = 50000;
// Above this many rows the blocks' own errors average out, and pairs need no help.
constexpr std::uint64_t kRefineRows = 500000;
// The pairs of the model are one D × D matrix.
constexpr std::uint32_t kRefineWidth = 4096;

/// One row's component each: every component ⌊n/B⌋ times, the rest to different components at random.
std::vector<std::uint32_t> component_of_rows(std::uint32_t components, std::size_t rows, PublicStream& stream) {
  std::vector<std::uint32_t> order(components);
  std::iota(order.begin(), order.end(), 0U);
  const std::size_t each = rows / components, extra = rows % components;
  for (std::size_t k = 0; k < extra; ++k) std::swap(order[k], order[k + stream.below(components - k)]);
  std::vector<std::uint32_t> out;
  out.reserve(rows);
  for (std::size_t k = 0; k < components; ++k) out.insert(out.end(), each + (k < extra ? 1 : 0), order[k]);
  return out;
}

void draw_block(const Mixture& mixture, std::span<const std::uint32_t> component, std::span<std::uint32_t> codes,
                PublicStream& stream) {
  const schema::Domain& domain = *mixture.domain;
  const std::size_t d = domain.dimensions(), width = domain.width();
  std::vector<std::uint32_t> values;
  for (std::size_t begin = 0, end = 0; begin < component.size(); begin = end) {
    while (end < component.size() && component[end] == component[begin]) ++end;
    values.resize(end - begin);
    const auto p = mixture.probabilities.subspan(component[begin] * width, width);
    for (std::size_t i = 0; i < d; ++i) {
      systematic(p.subspan(domain.offset(i), domain.size(i)), stream.uniform(), values);
      shuffle(std::span(values), stream);
      for (std::size_t k = 0; k < values.size(); ++k) codes[(begin + k) * d + i] = values[k];
    }
  }
}

std::vector<std::uint32_t> shuffled_rows(std::span<const std::uint32_t> codes, std::size_t rows, std::size_t d,
                                         PublicStream& stream) {
  std::vector<std::uint32_t> order(rows), out(codes.size());
  std::iota(order.begin(), order.end(), 0U);
  shuffle(std::span(order), stream);
  for (std::size_t row = 0; row < rows; ++row) std::copy_n(codes.data() + order[row] * d, d, out.data() + row * d);
  return out;
}

}  // namespace

void sample_rows(const Mixture& mixture, std::uint64_t rows, std::uint64_t seed, const RowBlock& block) {
  PublicStream stream(seed, "fedloom sample");
  const std::size_t d = mixture.domain->dimensions();
  const bool refined =
      mixture.components > 1 && d > 1 && rows <= kRefineRows && mixture.domain->width() <= kRefineWidth;
  const std::unique_ptr<Refiner> refiner = refined ? std::make_unique<Refiner>(mixture, rows) : nullptr;
  const std::uint64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  std::vector<std::uint32_t> codes;
  for (std::uint64_t k = 0; k < blocks; ++k) {
    const auto n = static_cast<std::size_t>(rows / blocks + (k < rows % blocks ? 1 : 0));
    codes.resize(n * d);
    const std::vector<std::uint32_t> component = component_of_rows(mixture.components, n, stream);
    draw_block(mixture, component, codes, stream);
    if (refiner) refiner->refine(codes, component, stream);
    block(shuffled_rows(codes, n, d, stream), n);
  }
}

}  // namespace fedloom::model
