#pragma once
// Several ranks that work on one public thing together: the coordinator's, that fit one generator. Never a site's
// counts: those have a wire of their own (boundary/site_internal_sum.hpp).

#include <span>
#include <vector>

#include "fedloom/base/bytes.hpp"

namespace fedloom {

/// Every rank makes the same calls in the same order. Each throws EnvironmentError when a rank is lost.
class RankGroup {
 public:
  virtual ~RankGroup() = default;
  /// From 0, which leads, to size() − 1.
  virtual unsigned rank() const noexcept = 0;
  virtual unsigned size() const noexcept = 0;
  /// Adds `values` over all ranks, in place. All have the same length, and all get the same bits; only the rounding
  /// depends on the number of ranks.
  virtual void sum(std::span<float> values) = 0;
  /// The leader's message reaches all. Others may wait long, and use no processor while they do.
  virtual void broadcast(Bytes& message) = 0;
  /// Throws when a rank is lost; does not wait.
  virtual void check() = 0;
  /// At the leader everyone's bytes, by rank; elsewhere nothing.
  virtual std::vector<Bytes> gather(Bytes own) = 0;
};

}  // namespace fedloom
