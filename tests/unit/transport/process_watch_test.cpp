#include "process_watch.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace fedloom::transport {
namespace {

/// A process that sleeps until it is killed.
class Sleeper {
 public:
  Sleeper() : id_(fork()) {
    if (id_ > 0) return;
    for (;;) pause();
  }
  ~Sleeper() {
    end();
    waitpid(id_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  void end() const { kill(id_, SIGKILL); }
  ProcessName name() const { return {own_process_name().machine, id_}; }

 private:
  pid_t id_;
};

std::vector<Endpoint> ended_soon(ProcessWatch& watch) {
  for (const Instant end = monotonic_now() + Millis(5000); monotonic_now() < end;) {
    auto ended = watch.ended();
    if (!ended.empty()) return ended;
    sleep_until(monotonic_now() + Millis(5));
  }
  return {};
}

TEST(ProcessWatch, TellsOnceOfAProcessThatWasKilled) {
  const Sleeper first, second;
  ProcessWatch watch;
  watch.add(1, first.name());
  watch.add(2, second.name());
  EXPECT_TRUE(watch.ended().empty());
  second.end();  // nobody has waited for it yet: a dead child that is still listed counts as dead
  EXPECT_EQ(ended_soon(watch), std::vector<Endpoint>{2});
  EXPECT_TRUE(watch.ended().empty());
  first.end();
  EXPECT_EQ(ended_soon(watch), std::vector<Endpoint>{1});
}

TEST(ProcessWatch, ForgetsThoseThatTookTheirLeave) {
  const Sleeper sleeper;
  ProcessWatch watch;
  watch.add(1, sleeper.name());
  watch.forget(1);
  sleeper.end();
  sleep_until(monotonic_now() + Millis(50));
  EXPECT_TRUE(watch.ended().empty());
}

TEST(ProcessWatch, LeavesAloneWhatRunsElsewhere) {
  const Sleeper sleeper;
  ProcessName elsewhere = sleeper.name();
  elsewhere.machine[0] ^= 1;  // the number means another process here
  ProcessWatch watch;
  watch.add(1, elsewhere);
  sleeper.end();
  sleep_until(monotonic_now() + Millis(50));
  EXPECT_TRUE(watch.ended().empty());
}

}  // namespace
}  // namespace fedloom::transport
