#pragma once
// Sums over ranks that each have a GPU of their own, by NCCL.

#include <ATen/core/Tensor.h>

#include <memory>

#include "train/rank_sum.hpp"

namespace fedloom::train {

/// None, at every rank, where one has no NCCL or two share a GPU. All ranks of the group call it together.
std::unique_ptr<RankSum> nccl_sum(RankGroup& group, const at::Device& device);

}  // namespace fedloom::train
