#include "fedloom/transport/in_process.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ctime>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fedloom::transport {
namespace {

secagg::Message word(const std::string& text) { return secagg::Abort{text}; }
std::string text_of(const Envelope& envelope) { return std::get<secagg::Abort>(envelope.message.value()).reason; }
Instant soon() { return monotonic_now() + Millis(20); }
Instant late() { return monotonic_now() + Millis(20000); }

TEST(InProcess, DeliversInOrderWithTheSendersNumber) {
  InProcessHub hub(3);
  const auto centre = hub.connect(0);
  const auto one = hub.connect(1);
  const auto two = hub.connect(2);
  one->send(0, word("a"));
  two->send(0, word("b"));
  one->send(0, word("c"));
  const std::pair<Endpoint, std::string> expected[] = {{1, "a"}, {2, "b"}, {1, "c"}};
  for (const auto& [from, text] : expected) {
    const auto envelope = centre->receive(late());
    ASSERT_TRUE(envelope);
    EXPECT_EQ(envelope->from, from);
    EXPECT_EQ(text_of(*envelope), text);
  }
  EXPECT_EQ(centre->world(), 3U);
}

TEST(InProcess, GivesNothingAfterTheDeadline) {
  InProcessHub hub(2);
  const auto centre = hub.connect(0);
  const Instant before = monotonic_now();
  EXPECT_FALSE(centre->receive(before + Millis(30)));
  EXPECT_GE(monotonic_now() - before, Millis(30));
  EXPECT_FALSE(centre->receive(before));  // a deadline in the past is no wait
}

TEST(InProcess, HoldsWhatComesBeforeTheReceiverConnects) {
  InProcessHub hub(2);
  hub.connect(1)->send(0, word("early"));
  EXPECT_EQ(text_of(hub.connect(0)->receive(late()).value()), "early");
}

TEST(InProcess, WakesAWaitingReceiver) {
  InProcessHub hub(2);
  const auto centre = hub.connect(0);
  std::thread sender([&hub] {
    const auto site = hub.connect(1);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    site->send(0, word("now"));
  });
  const Instant before = monotonic_now();
  EXPECT_TRUE(centre->receive(late()));
  EXPECT_LT(monotonic_now() - before, Millis(10000));
  sender.join();
}

TEST(InProcess, TheTapSeesEveryMessagesBytes) {
  InProcessHub hub(2);
  std::vector<Bytes> seen;
  hub.on_send([&seen](Endpoint from, Endpoint to, ByteView bytes) {
    EXPECT_EQ(from, 1U);
    EXPECT_EQ(to, 0U);
    seen.emplace_back(bytes.begin(), bytes.end());
  });
  const auto site = hub.connect(1);
  site->send(0, word("a"));
  site->send(0, word("b"));
  EXPECT_EQ(seen, (std::vector<Bytes>{secagg::encode(word("a")), secagg::encode(word("b"))}));
}

TEST(InProcess, AnIdleWaitDoesNotSpin) {
  InProcessHub hub(1);
  const auto alone = hub.connect(0);
  const std::clock_t before = std::clock();
  EXPECT_FALSE(alone->receive(monotonic_now() + Millis(1000)));
  EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, 0.1);
}

TEST(InProcess, ManySendersLoseNothing) {
  constexpr int each = 500;
  InProcessHub hub(4);
  const auto centre = hub.connect(0);
  std::vector<std::thread> senders;
  for (Endpoint site = 1; site <= 3; ++site) {
    senders.emplace_back([&hub, site] {
      const auto end = hub.connect(site);
      for (int k = 0; k < each; ++k) end->send(0, word(std::to_string(k)));
    });
  }
  std::array<int, 4> next{};
  for (int k = 0; k < 3 * each; ++k) {
    const auto envelope = centre->receive(late());
    ASSERT_TRUE(envelope);
    EXPECT_EQ(text_of(*envelope), std::to_string(next[envelope->from]++));
  }
  for (auto& sender : senders) sender.join();
  EXPECT_FALSE(centre->receive(soon()));
}

}  // namespace
}  // namespace fedloom::transport
