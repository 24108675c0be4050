#include "train/device.hpp"

#include <ATen/Context.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>

#include "fedloom/base/error.hpp"
#ifdef FEDLOOM_WITH_NCCL
#include "train/nccl_sum.hpp"
#endif

namespace fedloom::train {
namespace {

/// LibTorch's code for GPUs is a library of its own, that programs load when they are asked to use a GPU: so they start
/// where it is not.
std::string load_gpu_library() {
  if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr) return {};
  const char* why = dlerror();
  return std::string("LibTorch's library for GPUs cannot be loaded: ") + (why == nullptr ? "no reason given" : why);
}

}  // namespace

std::string why_no_gpu() {
  static const std::string failure = load_gpu_library();
  if (!failure.empty()) return failure;
  if (!at::globalContext().hasCUDA()) return "LibTorch finds no GPU that it can use";
  return {};
}

void require_gpu() {
  const std::string why = why_no_gpu();
  if (why.empty()) return;
  throw EnvironmentError(
      "the GPU", why,
      "leave --gpu out, or build with -DFEDLOOM_TORCH_ROOT=<a LibTorch for CUDA> on a machine with a "
      "GPU");
}

at::Device device_of(const Compute& compute) {
  if (!compute.gpu) return at::kCPU;
  require_gpu();
  const unsigned rank = compute.ranks == nullptr ? 0 : compute.ranks->rank();
  const int gpus = at::detail::getCUDAHooks().deviceCount();
  return {at::kCUDA, static_cast<c10::DeviceIndex>(static_cast<int>(rank) % gpus)};
}

std::unique_ptr<RankSum> rank_sum(RankGroup* group, const at::Device& device) {
#ifdef FEDLOOM_WITH_NCCL
  if (device.is_cuda() && group != nullptr && group->size() > 1) {
    if (auto nccl = nccl_sum(*group, device)) return nccl;
  }
#else
  static_cast<void>(device);
#endif
  return std::make_unique<GroupSum>(group);
}

}  // namespace fedloom::train
