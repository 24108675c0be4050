#pragma once
// Sums of tensors over the ranks of a fit.

#include <ATen/core/Tensor.h>

#include "fedloom/base/rank_group.hpp"

namespace fedloom::train {

class RankSum {
 public:
  virtual ~RankSum() = default;
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
  bool alone() const { return size() == 1; }
  /// In place; contiguous, float32. All ranks call it with tensors of the same length and get the same bits.
  virtual void sum(at::Tensor& values) = 0;
};

/// Through the group's own sum; what is on a GPU goes by way of the processor's memory. No group: one rank.
class GroupSum final : public RankSum {
 public:
  explicit GroupSum(RankGroup* group) : group_(group) {}
  unsigned rank() const override { return group_ == nullptr ? 0 : group_->rank(); }
  unsigned size() const override { return group_ == nullptr ? 1 : group_->size(); }
  void sum(at::Tensor& values) override;

 private:
  RankGroup* group_;
};

}  // namespace fedloom::train
