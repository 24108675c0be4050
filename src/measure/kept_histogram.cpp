#include "kept_histogram.hpp"

#include <algorithm>
#include <type_traits>

#include "fedloom/base/check.hpp"

namespace fedloom::measure {
namespace {

template <class Cell>
std::vector<Cell> narrowed(const std::vector<std::int64_t>& counts) {
  std::vector<Cell> cells(counts.size());
  std::transform(counts.begin(), counts.end(), cells.begin(), [](std::int64_t c) { return static_cast<Cell>(c); });
  return cells;
}

}  // namespace

KeptHistogram::KeptHistogram(const std::vector<std::int64_t>& counts) : cells_(counts.size()) {
  FEDLOOM_CHECK(counts.size() <= UINT32_MAX);
  std::int64_t most = 0;
  std::size_t filled = 0;
  for (const auto count : counts) {
    FEDLOOM_CHECK(count >= 0);
    most = std::max(most, count);
    filled += count != 0;
  }
  const std::size_t width = most <= UINT16_MAX ? 2 : most <= UINT32_MAX ? 4 : 8;
  if (most <= UINT32_MAX && filled * sizeof(Sparse::value_type) < counts.size() * width) {
    Sparse sparse;
    sparse.reserve(filled);
    for (std::size_t c = 0; c < counts.size(); ++c)
      if (counts[c] != 0) sparse.emplace_back(static_cast<std::uint32_t>(c), static_cast<std::uint32_t>(counts[c]));
    kept_ = std::move(sparse);
  } else if (width == 2) {
    kept_ = narrowed<std::uint16_t>(counts);
  } else if (width == 4) {
    kept_ = narrowed<std::uint32_t>(counts);
  } else {
    kept_ = counts;
  }
}

std::vector<std::int64_t> KeptHistogram::counts() const {
  std::vector<std::int64_t> counts(cells_);
  std::visit(
      [&](const auto& kept) {
        if constexpr (std::is_same_v<std::decay_t<decltype(kept)>, Sparse>)
          for (const auto& [cell, count] : kept) counts[cell] = count;
        else
          std::copy(kept.begin(), kept.end(), counts.begin());
      },
      kept_);
  return counts;
}

std::size_t KeptHistogram::bytes() const {
  return sizeof(*this) + std::visit([](const auto& kept) { return kept.size() * sizeof(kept[0]); }, kept_);
}

}  // namespace fedloom::measure
