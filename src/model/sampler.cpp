#include "model/sampler.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "model/draws.hpp"
#include "model/refine.hpp"

namespace fedloom::model {
namespace {

// The pairs of the model are one D × D matrix.
constexpr std::uint32_t kRefineWidth = 4096;

/// One row's component each: every component ⌊n/B⌋ times, the rest to different components at random.
std::vector<std::uint32_t> equal_components(std::uint32_t components, std::size_t rows, PublicStream& stream) {
  std::vector<std::uint32_t> order(components);
  std::iota(order.begin(), order.end(), 0U);
  const std::size_t each = rows / components, extra = rows % components;
  for (std::size_t k = 0; k < extra; ++k) std::swap(order[k], order[k + stream.below(components - k)]);
  std::vector<std::uint32_t> out;
  out.reserve(rows);
  for (std::size_t k = 0; k < components; ++k) out.insert(out.end(), each + (k < extra ? 1 : 0), order[k]);
  return out;
}

/// Every component ⌊n·w⌋ or ⌈n·w⌉ times, in random order of components.
std::vector<std::uint32_t> weighted_components(std::span<const double> weights, std::size_t rows,
                                               PublicStream& stream) {
  std::vector<std::uint32_t> order(weights.size()), out(rows);
  std::iota(order.begin(), order.end(), 0U);
  shuffle(std::span(order), stream);
  double total = 0, upto = weights[order[0]];
  for (const double weight : weights) total += weight;
  const double start = stream.uniform();
  std::size_t k = 0;
  for (std::size_t t = 0; t < rows; ++t) {
    const double u = (static_cast<double>(t) + start) / static_cast<double>(rows) * total;
    while (u >= upto && k + 1 < order.size()) upto += weights[order[++k]];
    out[t] = order[k];
  }
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

RowSource::RowSource(const Mixture& mixture, std::uint64_t rows, PublicStream stream, std::uint64_t refine_up_to)
    : mixture_(mixture), stream_(std::move(stream)) {
  const bool refined = mixture.components > 1 && mixture.domain->dimensions() > 1 && rows <= refine_up_to &&
                       mixture.domain->width() <= kRefineWidth;
  if (refined) refiner_ = std::make_unique<Refiner>(mixture, rows);
}

RowSource::~RowSource() = default;
RowSource::RowSource(RowSource&&) noexcept = default;

std::vector<std::uint32_t> RowSource::draw(std::size_t rows) {
  const std::size_t d = mixture_.domain->dimensions();
  std::vector<std::uint32_t> codes(rows * d);
  const std::vector<std::uint32_t> component = mixture_.weights.empty()
                                                   ? equal_components(mixture_.components, rows, stream_)
                                                   : weighted_components(mixture_.weights, rows, stream_);
  draw_block(mixture_, component, codes, stream_);
  if (refiner_) refiner_->refine(codes, component, stream_);
  return shuffled_rows(codes, rows, d, stream_);
}

void sample_rows(const Mixture& mixture, std::uint64_t rows, std::uint64_t seed, const RowBlock& block) {
  RowSource source(mixture, rows, PublicStream(seed, "fedloom sample"));
  const std::uint64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  for (std::uint64_t k = 0; k < blocks; ++k) {
    const auto n = static_cast<std::size_t>(rows / blocks + (k < rows % blocks ? 1 : 0));
    block(source.draw(n), n);
  }
}

}  // namespace fedloom::model
