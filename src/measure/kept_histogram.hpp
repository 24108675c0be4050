#pragma once
// A histogram in as few bytes as its counts need. PRIVATE.

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace fedloom::measure {

class KeptHistogram {
 public:
  /// Fewer than 2^32 cells; no count is negative.
  explicit KeptHistogram(const std::vector<std::int64_t>& counts);
  std::vector<std::int64_t> counts() const;
  std::size_t bytes() const;

 private:
  /// Cells that are not 0, where most are.
  using Sparse = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  std::variant<Sparse, std::vector<std::uint16_t>, std::vector<std::uint32_t>, std::vector<std::int64_t>> kept_;
  std::size_t cells_ = 0;
};

}  // namespace fedloom::measure
