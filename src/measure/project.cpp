#include "project.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "fedloom/base/check.hpp"

namespace fedloom::measure {
namespace {

/// The last axis: each row of cells to its sum.
void sum_rows(const std::uint32_t* __restrict in, std::size_t rows, std::size_t length, std::uint32_t* __restrict out) {
  for (std::size_t r = 0; r < rows; ++r) out[r] = std::accumulate(in + r * length, in + (r + 1) * length, 0U);
}

/// A middle or first axis: rows of `length` contiguous cells added up, `size` at a time.
void sum_slabs(const std::uint32_t* __restrict in, std::size_t slabs, std::size_t size, std::size_t length,
               std::uint32_t* __restrict out) {
  for (std::size_t s = 0; s < slabs; ++s, out += length)
    for (std::size_t x = 0; x < size; ++x, in += length)
      for (std::size_t c = 0; c < length; ++c) out[c] += in[c];
}

Tensor without_axis(const Tensor& in, std::size_t axis) {
  const auto product = [](auto from, auto to) {
    return std::accumulate(from, to, std::size_t{1}, std::multiplies<>());
  };
  const auto at = in.sizes.begin() + static_cast<std::ptrdiff_t>(axis);
  const auto outer = product(in.sizes.begin(), at), inner = product(at + 1, in.sizes.end());
  Tensor out{in.attributes, in.sizes, std::vector<std::uint32_t>(outer * inner)};
  out.attributes.erase(out.attributes.begin() + static_cast<std::ptrdiff_t>(axis));
  out.sizes.erase(out.sizes.begin() + static_cast<std::ptrdiff_t>(axis));
  if (inner == 1)
    sum_rows(in.cells.data(), outer, *at, out.cells.data());
  else
    sum_slabs(in.cells.data(), outer, *at, inner, out.cells.data());
  return out;
}

}  // namespace

void add_in_order(const Tensor& tensor, std::span<std::int64_t> out) {
  const auto degree = tensor.attributes.size();
  FEDLOOM_CHECK(degree <= schema::Marginal::max_degree && out.size() == tensor.cells.size());
  // Size and stride in `out` of each of the tensor's axes, as three axes of which the first may be empty.
  std::array<std::size_t, 3> size{1, 1, 1}, stride{0, 0, 0};
  for (std::size_t k = 0; k < degree; ++k) {
    const auto axis = 3 - degree + k;
    size[axis] = tensor.sizes[k];
    stride[axis] = 1;
    for (std::size_t other = 0; other < degree; ++other)
      if (tensor.attributes[other] > tensor.attributes[k]) stride[axis] *= tensor.sizes[other];
  }
  const auto* cell = tensor.cells.data();
  for (std::size_t a = 0; a < size[0]; ++a)
    for (std::size_t b = 0; b < size[1]; ++b) {
      auto* const row = out.data() + a * stride[0] + b * stride[1];
      for (std::size_t c = 0; c < size[2]; ++c) row[c * stride[2]] += *cell++;
    }
}

void project(const Tensor& joint, const std::vector<schema::Marginal>& wanted, std::vector<std::size_t> which,
             const std::function<void(std::size_t, const Tensor&)>& emit) {
  std::erase_if(which, [&](std::size_t k) {
    if (wanted[k].degree() != joint.attributes.size()) return false;
    emit(k, joint);
    return true;
  });
  // Whatever is left lacks an axis. The largest goes first: most marginals then come from the smallest tensor.
  std::vector<std::size_t> axes(joint.attributes.size());
  std::iota(axes.begin(), axes.end(), std::size_t{0});
  std::stable_sort(axes.begin(), axes.end(),
                   [&](std::size_t a, std::size_t b) { return joint.sizes[a] > joint.sizes[b]; });
  for (const auto axis : axes) {
    std::vector<std::size_t> without;
    std::erase_if(which, [&](std::size_t k) {
      if (wanted[k].contains(joint.attributes[axis])) return false;
      without.push_back(k);
      return true;
    });
    if (!without.empty()) project(without_axis(joint, axis), wanted, std::move(without), emit);
  }
  FEDLOOM_CHECK(which.empty());
}

}  // namespace fedloom::measure
