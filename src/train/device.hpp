#pragma once
// Where a fit runs.

#include <ATen/core/Tensor.h>

#include <memory>

#include "fedloom/train/fit.hpp"
#include "train/rank_sum.hpp"

namespace fedloom::train {

/// Throws EnvironmentError when a GPU is asked for and there is none.
at::Device device_of(const Compute& compute);

/// Over NCCL where each rank has a GPU and this build has NCCL; otherwise the group's own.
std::unique_ptr<RankSum> rank_sum(RankGroup* group, const at::Device& device);

}  // namespace fedloom::train
