#include "call_watch.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace fedloom::transport {
namespace {

constexpr Millis tick{5};

bool becomes_true(const std::atomic<bool>& value) {
  for (int k = 0; k < 2000 && !value; ++k) std::this_thread::sleep_for(tick);
  return value;
}

TEST(CallWatch, TellsOfACallThatDoesNotReturn) {
  std::atomic<bool> stuck{false};
  CallWatch watch(tick, 3, [&] { stuck = true; });
  const CallWatch::Call call(watch);
  EXPECT_TRUE(becomes_true(stuck));
}

TEST(CallWatch, TakesACallWithinACallForOne) {
  std::atomic<bool> stuck{false};
  CallWatch watch(tick, 3, [&] { stuck = true; });
  const CallWatch::Call call(watch);
  { const CallWatch::Call inner(watch); }
  EXPECT_TRUE(becomes_true(stuck));
}

TEST(CallWatch, IsSilentWhileCallsReturn) {
  std::atomic<bool> stuck{false};
  CallWatch watch(tick, 400, [&] { stuck = true; });  // one call of two seconds
  for (int k = 0; k < 400; ++k) {
    const CallWatch::Call call(watch);
    std::this_thread::sleep_for(Millis(1));
  }
  EXPECT_FALSE(stuck);
}

TEST(CallWatch, IsSilentBetweenCalls) {
  std::atomic<bool> stuck{false};
  CallWatch watch(tick, 3, [&] { stuck = true; });
  { const CallWatch::Call call(watch); }
  std::this_thread::sleep_for(20 * tick);
  EXPECT_FALSE(stuck);
}

TEST(CallWatch, EndsAStuckProcessByName) {
  EXPECT_EXIT(end_stuck_process(), testing::ExitedWithCode(9), "fedloom: MPI: a call does not return.*--resume");
}

}  // namespace
}  // namespace fedloom::transport
