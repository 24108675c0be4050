#pragma once
// LibTorch, as far as a program has to do with it.

#include <string>

namespace fedloom::train {

/// Threads for LibTorch's kernels in this process, at least one.
void set_threads(unsigned threads);
/// "2.11.0"
std::string torch_version();

}  // namespace fedloom::train
