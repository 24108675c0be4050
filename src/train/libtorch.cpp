#include "fedloom/train/libtorch.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>

namespace fedloom::train {

void set_threads(unsigned threads) { at::set_num_threads(static_cast<int>(std::max(1U, threads))); }

std::string torch_version() { return TORCH_VERSION; }

}  // namespace fedloom::train
