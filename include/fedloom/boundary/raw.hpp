#pragma once
// Private values as they come from rows. No copy, no stream operator, no accessor: only Releaser (release.hpp) reads
// them, and SiteInternalReducer (site_internal_sum.hpp), which adds those of one site's ranks.

#include <cstdint>
#include <vector>

#include "fedloom/privacy/units.hpp"

namespace fedloom::boundary {

/// The exact answer of one query over one site's (clipped) rows, in counts.
class RawCounts {
 public:
  /// `l2`: how far one entity can move the vector.
  RawCounts(std::vector<std::int64_t>&& values, privacy::L2Bound l2) noexcept : values_(std::move(values)), l2_(l2) {}
  RawCounts(RawCounts&&) noexcept = default;
  RawCounts& operator=(RawCounts&&) noexcept = default;
  RawCounts(const RawCounts&) = delete;
  RawCounts& operator=(const RawCounts&) = delete;
  /// Adds the counts of another part of the SAME site's rows, split by entity: the bound stays the larger of both.
  void add(RawCounts&& other);
  privacy::L2Bound l2() const noexcept { return l2_; }
  /// Length is public: it follows from the query and the schema.
  std::size_t length() const noexcept { return values_.size(); }

 private:
  friend class Releaser;
  friend class SiteInternalReducer;
  std::vector<std::int64_t> values_;
  privacy::L2Bound l2_;
};

/// Exact integer scores of candidates for the exponential mechanism; `sensitivity` Δ∞ in the same units.
class RawScores {
 public:
  RawScores(std::vector<std::int64_t>&& scores, std::uint64_t sensitivity) noexcept
      : scores_(std::move(scores)), sensitivity_(sensitivity) {}
  RawScores(RawScores&&) noexcept = default;
  RawScores& operator=(RawScores&&) noexcept = default;
  RawScores(const RawScores&) = delete;
  RawScores& operator=(const RawScores&) = delete;
  std::size_t length() const noexcept { return scores_.size(); }
  std::uint64_t sensitivity() const noexcept { return sensitivity_; }

 private:
  friend class Releaser;
  std::vector<std::int64_t> scores_;
  std::uint64_t sensitivity_;
};

}  // namespace fedloom::boundary
