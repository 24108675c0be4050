#pragma once
// Do integer samples follow a law? One test for samplers and for their broken twins alike.

#include <functional>
#include <span>
#include <vector>

#include "support/goodness_of_fit.hpp"

namespace fedloom::test {

inline constexpr std::size_t sample_size = 1'000'000;

/// Chi-square of `samples` against the law with P[X ≥ x] = at_least(x), in cells of `width` integers
/// from −reach to reach; the end cells take the tails.
inline GoodnessOfFit fit_to_law(std::span<const std::int64_t> samples,
                                const std::function<long double(std::int64_t)>& at_least, std::int64_t reach,
                                std::int64_t width) {
  const auto cells = static_cast<std::size_t>(2 * reach / width) + 1;
  std::vector<std::uint64_t> observed(cells, 0);
  for (const std::int64_t x : samples) {
    const std::int64_t clipped = x < -reach ? -reach : (x > reach ? reach : x);
    ++observed[static_cast<std::size_t>((clipped + reach) / width)];
  }
  std::vector<double> expected(cells);
  long double above = 1;
  for (std::size_t i = 0; i < cells; ++i) {
    const std::int64_t next = -reach + static_cast<std::int64_t>(i + 1) * width;
    const long double above_next = i + 1 == cells ? 0 : at_least(next);
    expected[i] = static_cast<double>((above - above_next) * static_cast<long double>(samples.size()));
    above = above_next;
  }
  return goodness_of_fit(observed, expected);
}

}  // namespace fedloom::test
