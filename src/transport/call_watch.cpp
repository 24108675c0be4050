#include "call_watch.hpp"

#include <unistd.h>

#include <string>

#include "fedloom/base/error.hpp"

namespace fedloom::transport {

CallWatch::CallWatch(Millis tick, unsigned ticks, std::function<void()> stuck)
    : thread_([this, tick, ticks, stuck = std::move(stuck)] { look(tick, ticks, stuck); }) {}

CallWatch::~CallWatch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void CallWatch::look(Millis tick, unsigned ticks, const std::function<void()>& stuck) {
  std::uint64_t last = 0;
  unsigned same = 0;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, tick, [this] { return done_; })) {
    const std::uint64_t now = number_.load(std::memory_order_relaxed);
    same = now % 2 == 1 && now == last ? same + 1 : 0;
    last = now;
    if (same < ticks) continue;
    stuck();
    return;
  }
}

void end_stuck_process() {
  const EnvironmentError error("MPI", "a call does not return, perhaps because a peer's connection broke",
                               "see what mpirun says of the other processes, then start the run again with --resume");
  const std::string line = "fedloom: " + std::string(error.what()) + "\n";
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) _exit(static_cast<int>(ExitCode::internal));
  _exit(static_cast<int>(error.code()));
}

}  // namespace fedloom::transport
