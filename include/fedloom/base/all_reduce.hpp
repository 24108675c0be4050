#pragma once
// Adds the same array over all ranks of one group, in place, so that each rank ends with the sum. What goes through it
// is public: a fit's partial answers, never a site's counts.

#include <span>

namespace fedloom {

class AllReduce {
 public:
  virtual ~AllReduce() = default;
  /// Every rank calls it with the same length, in the same order of calls, and all get the same bits; only the order
  /// of the additions, and so their rounding, depends on the number of ranks.
  virtual void sum(std::span<float> values) = 0;
  /// From 0; below size().
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
};

/// A group of one: its sums are what it has.
class OneRank final : public AllReduce {
 public:
  void sum(std::span<float>) override {}
  unsigned rank() const override { return 0; }
  unsigned size() const override { return 1; }
};

}  // namespace fedloom
