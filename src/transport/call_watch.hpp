#pragma once
// Finds a call of MPI that does not return. Each of ours returns at once; but where a peer's connection breaks, Open
// MPI 4.1 was seen to go round for ever inside one (its event loop, over a socket that it had closed). Nothing in this
// process can get it out of there, and nobody else would ever hear of it.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "fedloom/base/clock.hpp"

namespace fedloom::transport {

/// Looks once a `tick` from a thread of its own. Time in which the whole process stood still does not count.
class CallWatch {
 public:
  /// `stuck` is called once, from that thread, when `ticks` looks one after the other found one and the same call.
  CallWatch(Millis tick, unsigned ticks, std::function<void()> stuck);
  ~CallWatch();
  CallWatch(const CallWatch&) = delete;
  CallWatch& operator=(const CallWatch&) = delete;

  /// A call, as long as it lives. Calls within calls are one. For one thread only.
  class Call {
   public:
    explicit Call(CallWatch& watch) : watch_(watch) { watch_.enter(); }
    ~Call() { watch_.leave(); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    CallWatch& watch_;
  };

 private:
  void enter() noexcept {
    if (depth_++ == 0) number_.fetch_add(1, std::memory_order_relaxed);
  }
  void leave() noexcept {
    if (--depth_ == 0) number_.fetch_add(1, std::memory_order_relaxed);
  }
  void look(Millis tick, unsigned ticks, const std::function<void()>& stuck);

  std::atomic<std::uint64_t> number_{0};  ///< odd: within a call
  unsigned depth_ = 0;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool done_ = false;
  std::thread thread_;
};

/// Says so in one line on stderr, and ends the process with the code of a broken environment.
void end_stuck_process();

}  // namespace fedloom::transport
