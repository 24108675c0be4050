// How much the queues of one process hold, and what they do when a peer leaves or takes nothing.

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/in_process.hpp"

namespace fedloom::transport {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;

/// The longest text that a message carries, with its number in front.
secagg::Message text(std::size_t number) {
  std::string words = std::to_string(number) + " ";
  words.resize(secagg::max_text, '.');
  return secagg::Abort{words};
}
std::size_t number_of(const Envelope& envelope) {
  return std::stoul(std::get<secagg::Abort>(envelope.message.value()).reason);
}
Instant soon() { return monotonic_now() + Millis(20); }
Instant late() { return monotonic_now() + Millis(20000); }

void take_in_order(Transport& end, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) {
    const auto envelope = end.receive(late());
    ASSERT_TRUE(envelope && !envelope->lost);
    ASSERT_EQ(number_of(*envelope), k);
  }
}

void expect_lost_once(Transport& end, Endpoint peer) {
  const auto envelope = end.receive(late());
  ASSERT_TRUE(envelope);
  EXPECT_TRUE(envelope->lost);
  EXPECT_EQ(envelope->from, peer);
  EXPECT_FALSE(envelope->message);
  EXPECT_FALSE(end.receive(soon()));
}

TEST(Loss, OfAPeerThatHasLeftIsReportedOnceAndSendsToItVanish) {
  InProcessHub hub(3);
  const auto centre = hub.connect(0);
  const auto other = hub.connect(2);
  hub.connect(1).reset();
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NO_THROW(centre->send(1, text(k)));
  expect_lost_once(*centre, 1);
  EXPECT_NO_THROW(centre->send(1, text(3)));
  EXPECT_FALSE(centre->receive(soon()));
  other->send(0, text(4));
  EXPECT_EQ(number_of(centre->receive(late()).value()), 4U);  // the others go on
}

TEST(Loss, OfTheCoordinatorReachesASite) {
  InProcessHub hub(2);
  const auto site = hub.connect(1);
  hub.connect(0).reset();
  site->send(0, text(0));
  expect_lost_once(*site, 0);
}

TEST(Loss, ComesAfterWhatThePeerHadSaid) {
  InProcessHub hub(2);
  const auto centre = hub.connect(0);
  auto site = hub.connect(1);
  site->send(0, text(0));
  site->send(0, text(1));
  site.reset();
  centre->send(1, text(2));
  take_in_order(*centre, 2);
  expect_lost_once(*centre, 1);
}

TEST(Loss, OfAPeerThatTakesNothingComesAfterTheLimit) {
  InProcessHub hub(2, {.incoming = 16 * kib, .send_limit = Millis(150)});
  const auto centre = hub.connect(0);
  const auto deaf = hub.connect(1);
  const Instant before = monotonic_now();
  for (std::size_t k = 0; k < 20; ++k) centre->send(1, text(k));
  EXPECT_GE(monotonic_now() - before, Millis(150));
  EXPECT_LT(monotonic_now() - before, Millis(1000));  // it is waited for once, not for each message
  deaf->send(0, text(0));
  expect_lost_once(*centre, 1);  // and nothing of it comes after
}

TEST(Flow, ASlowReceiverWaitsForNoPeerThatGoesOnTaking) {
  InProcessHub hub(2, {.incoming = 16 * kib, .send_limit = Millis(200)});
  const auto centre = hub.connect(0);
  std::thread sender([&hub] {
    const auto site = hub.connect(1);
    for (std::size_t k = 0; k < 20; ++k) site->send(0, text(k));
    EXPECT_FALSE(site->receive(soon()));  // no loss
  });
  for (std::size_t k = 0; k < 20; ++k) {
    sleep_until(monotonic_now() + Millis(30));  // in all three times the limit
    EXPECT_EQ(number_of(centre->receive(late()).value()), k);
  }
  sender.join();
}

TEST(Flow, ManyTimesTheLimitPassesThroughTheQueues) {
  constexpr std::size_t count = 256 * mib / secagg::max_text;
  InProcessHub hub(2);
  const auto centre = hub.connect(0);
  std::thread sender([&hub] {
    const auto site = hub.connect(1);
    for (std::size_t k = 0; k < count; ++k) site->send(0, text(k));
  });
  sleep_until(monotonic_now() + Millis(300));  // the sender gets far ahead
  take_in_order(*centre, count);
  sender.join();
  EXPECT_LT(hub.most_waiting(0), 65 * mib);
  EXPECT_GT(hub.most_waiting(0), 32 * mib);
}

TEST(Flow, BothEndsMaySendAtOnce) {
  constexpr std::size_t count = 200;
  const Limits limits{.incoming = 64 * kib, .incoming_while_sending = 2 * mib, .send_limit = Millis(3000)};
  InProcessHub hub(2, limits);
  const auto centre = hub.connect(0);
  std::thread sender([&hub] {
    const auto site = hub.connect(1);
    for (std::size_t k = 0; k < count; ++k) site->send(0, text(k));
    take_in_order(*site, count);
  });
  for (std::size_t k = 0; k < count; ++k) centre->send(1, text(k));
  take_in_order(*centre, count);
  sender.join();
  EXPECT_LE(hub.most_waiting(0), limits.incoming + 2 * secagg::max_text);
}

TEST(Flow, AMessageOverTheLimitIsRefused) {
  InProcessHub hub(2, {.message = secagg::max_text});
  const auto centre = hub.connect(0);
  const auto site = hub.connect(1);
  EXPECT_THROW(centre->send(1, text(0)), EnvironmentError);
  centre->send(1, secagg::Abort{"small"});
  EXPECT_TRUE(site->receive(late())->message);
}

}  // namespace
}  // namespace fedloom::transport
