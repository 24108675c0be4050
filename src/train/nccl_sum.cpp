#include "train/nccl_sum.hpp"

#include <c10/core/DeviceGuard.h>
#include <cuda_runtime_api.h>
#include <dlfcn.h>
#include <nccl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <set>
#include <string>
#include <thread>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::train {
namespace {

constexpr std::chrono::microseconds poll{20};
constexpr Millis longest_wait{600000};

/// NCCL as it lies beside LibTorch's library for GPUs, which loads it: no program needs it to start.
struct Nccl {
  decltype(&ncclGetUniqueId) get_unique_id = nullptr;
  decltype(&ncclCommInitRankConfig) comm_init_rank = nullptr;
  decltype(&ncclCommGetAsyncError) get_async_error = nullptr;
  decltype(&ncclAllReduce) all_reduce = nullptr;
  decltype(&ncclCommAbort) comm_abort = nullptr;
  decltype(&ncclGetErrorString) error_string = nullptr;

  Nccl() {
    void* library = dlopen("libnccl.so.2", RTLD_NOW);
    if (library == nullptr) return;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(dlsym(library, name));
    };
    find(get_unique_id, "ncclGetUniqueId");
    find(comm_init_rank, "ncclCommInitRankConfig");
    find(get_async_error, "ncclCommGetAsyncError");
    find(all_reduce, "ncclAllReduce");
    find(comm_abort, "ncclCommAbort");
    find(error_string, "ncclGetErrorString");
  }
  bool is_there() const {
    return get_unique_id != nullptr && comm_init_rank != nullptr && get_async_error != nullptr &&
           all_reduce != nullptr && comm_abort != nullptr && error_string != nullptr;
  }
  void require(ncclResult_t result, const char* what) const {
    if (result == ncclSuccess || result == ncclInProgress) return;
    throw EnvironmentError("NCCL", std::string(what) + ": " + error_string(result),
                           "see the GPU's and the driver's logs, or start again without --gpu");
  }
};

/// Host and bus of a GPU; empty without NCCL.
Bytes place_of(const Nccl& nccl, const at::Device& device) {
  std::array<char, 64> bus{}, host{};
  if (!nccl.is_there() || cudaDeviceGetPCIBusId(bus.data(), bus.size(), device.index()) != cudaSuccess) return {};
  gethostname(host.data(), host.size() - 1);
  const std::string place = std::string(host.data()) + " " + bus.data();
  return {place.begin(), place.end()};
}

/// The leader's unique id at all ranks, where each has a GPU of its own; otherwise nothing.
Bytes agree(const Nccl& nccl, RankGroup& group, const at::Device& device) {
  const std::vector<Bytes> places = group.gather(place_of(nccl, device));
  Bytes message;
  if (group.rank() == 0) {
    std::set<std::string> apart;
    for (const Bytes& place : places) apart.emplace(place.begin(), place.end());
    if (apart.size() == group.size() && !apart.contains("")) {
      ncclUniqueId id;
      nccl.require(nccl.get_unique_id(&id), "no unique id");
      message.resize(sizeof(id));
      std::memcpy(message.data(), &id, sizeof(id));
    }
  }
  group.broadcast(message);
  return message;
}

class NcclSum final : public RankSum {
 public:
  NcclSum(const Nccl& nccl, RankGroup& group, const at::Device& device, const Bytes& agreed)
      : nccl_(nccl), group_(group), device_(device) {
    const c10::DeviceGuard guard(device_);
    ncclUniqueId id;
    std::memcpy(&id, agreed.data(), sizeof(id));
    ncclConfig_t config = NCCL_CONFIG_INITIALIZER;
    config.blocking = 0;
    nccl_.require(nccl_.comm_init_rank(&communicator_, static_cast<int>(group.size()), id,
                                       static_cast<int>(group.rank()), &config),
                  "the ranks do not find each other");
    wait_until([] { return true; });
  }
  ~NcclSum() override { nccl_.comm_abort(communicator_); }

  unsigned rank() const override { return group_.rank(); }
  unsigned size() const override { return group_.size(); }

  // On the stream that LibTorch's operations are on, so it waits for them, and what follows for it.
  void sum(at::Tensor& values) override {
    const c10::DeviceGuard guard(device_);
    float* numbers = values.mutable_data_ptr<float>();
    nccl_.require(nccl_.all_reduce(numbers, numbers, static_cast<std::size_t>(values.numel()), ncclFloat, ::ncclSum,
                                   communicator_, cudaStreamLegacy),
                  "the ranks' sum failed");
    wait_until([] {
      const cudaError_t state = cudaStreamQuery(cudaStreamLegacy);
      if (state == cudaSuccess || state == cudaErrorNotReady) return state == cudaSuccess;
      throw EnvironmentError("the GPU", cudaGetErrorString(state), "see the driver's log, or start without --gpu");
    });
  }

 private:
  /// A rank that is lost leaves NCCL waiting for ever: the group's watch ends that on one machine, the limit on
  /// several.
  template <class Done>
  void wait_until(const Done& done) {
    const Instant limit = monotonic_now() + longest_wait;
    for (;;) {
      ncclResult_t state = ncclSuccess;
      nccl_.require(nccl_.get_async_error(communicator_, &state), "its state cannot be read");
      nccl_.require(state, "the ranks lost each other");
      if (state == ncclSuccess && done()) return;
      group_.check();
      if (monotonic_now() > limit) {
        throw EnvironmentError("NCCL", "waited ten minutes for the other ranks",
                               "see their own logs, then start the run again with --resume");
      }
      std::this_thread::sleep_for(poll);
    }
  }

  Nccl nccl_;
  RankGroup& group_;
  at::Device device_;
  ncclComm_t communicator_ = nullptr;
};

}  // namespace

std::unique_ptr<RankSum> nccl_sum(RankGroup& group, const at::Device& device) {
  const Nccl nccl;
  const Bytes agreed = agree(nccl, group, device);
  if (agreed.size() != sizeof(ncclUniqueId)) return nullptr;
  return std::make_unique<NcclSum>(nccl, group, device, agreed);
}

}  // namespace fedloom::train
