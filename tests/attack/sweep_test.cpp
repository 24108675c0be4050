// Every genuine message of the coordinator in the wrong place, and with every byte changed. Refused, or harmless:
//
//   the same answer     the site says byte for byte what it says to the genuine message: nothing was gained (the
//                       signature field of an empty ledger's head, a repeated message)
//   another session     OpenSession with a greater number: new keys, which no other site has
//   another plan        an Offer or a share that names the plan as this site was shown it: the others' offers and
//                       masks are bound to theirs, so that no sum comes of it
//   another closing     a Goodbye whose hash is of what was shown, and not of the genuine end
//   an end              Abort: the site says nothing any more

#include <gtest/gtest.h>

#include <algorithm>

#include "attacks.hpp"
#include "verdict.hpp"

namespace fedloom::test {
namespace {

using namespace secagg;

std::vector<Bytes> encoded(const std::vector<Message>& messages) {
  std::vector<Bytes> all;
  for (const auto& message : messages) all.push_back(encode(message));
  return all;
}

/// Empty when the site's answers to a changed OpenSession, Plan or CloseRun give the coordinator nothing.
std::string fault_of_acceptance(Victim& site, const Message& lie, const std::vector<Message>& said, const Liar& liar,
                                std::size_t at) {
  if (!site.breach().empty()) return site.breach();
  if (std::holds_alternative<Abort>(lie)) return said.empty() && site.aborted() ? "" : "it went on after an abort";
  if (said.empty()) return "it took the message without an answer";
  if (const auto* open = std::get_if<OpenSession>(&lie)) {
    const auto* key = std::get_if<Advertise>(&said.front());
    return key != nullptr && key->session == open->session ? "" : "it answered for another session";
  }
  if (const auto* close = std::get_if<CloseRun>(&lie)) {
    const auto* goodbye = std::get_if<Goodbye>(&said.front());
    const Digest ledger = privacy::public_ledger_hash(close->public_ledger);
    const bool covered = !close->finished || privacy::cost_of(close->public_ledger).value >= site.booked() * 0.999999;
    if (goodbye == nullptr || !covered) return "it acknowledged what it has booked more than";
    return goodbye->closing == closing_hash(close->heads, ledger, close->finished) ? "" : "it signed another closing";
  }
  const auto* plan = std::get_if<PlanMessage>(&lie);
  if (plan == nullptr) return std::string("it took a changed ") + name_of(lie);
  const Digest shown = plan_hash(plan->plan);
  if (shown == plan_hash(std::get<PlanMessage>(liar.told[0][at]).plan)) return "it answered otherwise to the same plan";
  if (const auto* share = std::get_if<ShareMessage>(&said.front())) return share->plan == shown ? "" : "another plan";
  const auto* offer = std::get_if<Offer>(&said.front());
  if (offer == nullptr || offer->terms.plan != shown) return "it offered for another plan than it was shown";
  // The others offered for the genuine one.
  const auto prepared = site.prepared();
  const auto fault = fault_of_refusal(site, site.give(liar.told[0][at + 1]), liar.world);
  return fault.empty() && site.prepared() != prepared ? "it paid for a plan that nobody else was shown" : fault;
}

/// What a site says to something that is not the genuine message at `at`: a no, nothing new, or nothing of use.
std::string fault_of_answer(Victim& site, const Message& lie, const Liar& liar, std::size_t at,
                            const std::vector<Bytes>& genuine) {
  const auto said = site.give(lie);
  if (encoded(said) == genuine && site.breach().empty()) return "";
  if (fault_of_refusal(site, said, liar.world).empty()) return "";
  return fault_of_acceptance(site, lie, said, liar, at);
}

/// Which bytes of a message are changed: all of a short one, and of a long one the first and then some.
std::vector<std::size_t> positions(std::size_t size) {
  constexpr std::size_t all_of = 100, sampled = 40;
  std::vector<std::size_t> chosen;
  for (std::size_t k = 0; k < std::min(size, all_of); ++k) chosen.push_back(k);
  for (std::size_t k = 0; size > all_of && k < sampled; ++k) {
    chosen.push_back(all_of + (size - all_of - 1) * k / (sampled - 1));
  }
  return chosen;
}

struct Tally {
  std::size_t garbled = 0, taken = 0;
};

void flip_every_byte(const Liar& liar, std::size_t at, Tally& tally) {
  const auto genuine = encoded(replay(liar, at)->give(liar.told[0][at]));
  const Bytes bytes = encode(liar.told[0][at]);
  for (const std::size_t k : positions(bytes.size())) {
    Bytes changed = bytes;
    changed[k] ^= static_cast<std::uint8_t>(1U << (k % 8));
    const auto lie = decode(changed);
    if (!lie) {
      ++tally.garbled;
      continue;
    }
    ++tally.taken;
    ASSERT_EQ(encode(*lie), changed);
    const auto site = replay(liar, at);
    ASSERT_EQ(fault_of_answer(*site, *lie, liar, at, genuine), "")
        << name_of(liar.told[0][at]) << " at " << at << ", byte " << k;
  }
}

TEST(ChangedBytes, GetNothingFromASiteWithRecovery) {
  Liar liar(against_liars(5, 1));
  liar.open_session(1);
  liar.play_round(1);
  const Message close = liar.close(true);
  liar.tell_all([&](std::size_t) { return close; });
  Tally tally;
  for (std::size_t at = 0; at < liar.told[0].size(); ++at) flip_every_byte(liar, at, tally);
  EXPECT_GT(tally.taken, 500u);
  EXPECT_GT(tally.garbled, 30u);
}

TEST(ChangedBytes, GetNothingFromASiteWithoutRecovery) {
  const Liar liar = play_all_or_nothing();
  Tally tally;
  for (std::size_t at = 0; at < liar.told[0].size(); ++at) flip_every_byte(liar, at, tally);
  EXPECT_GT(tally.taken, 200u);
}

TEST(ChangedBytes, ATruncatedOrLengthenedMessageIsNone) {
  const Liar liar = play_with_recovery();
  for (const Message& message : liar.told[0]) {
    Bytes bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ASSERT_FALSE(decode(ByteView(bytes).first(size))) << name_of(message) << " cut to " << size;
    }
    bytes.push_back(0);
    EXPECT_FALSE(decode(bytes)) << name_of(message);
  }
}

/// May a site take this instead of what is due? Only what a coordinator that lost it may say, and what it said last.
bool may_follow(const Liar& liar, std::size_t at, std::size_t other) {
  const Script s = with_recovery;
  const bool in_first = at < s.keys_2, other_in_first = other < s.open_2;
  if (other == at || other + 1 == at) return true;
  const Message& message = liar.told[0][other];
  if (std::holds_alternative<OpenSession>(message)) return other > at;
  if (at == 0) return false;
  // Of this session, and the public ledger covers all: an end before the last round is an end.
  if (std::holds_alternative<CloseRun>(message)) return !in_first;
  if (std::holds_alternative<PlanMessage>(message)) return other > at && in_first == other_in_first;
  return false;
}

TEST(MisplacedMessages, AreRefusedInEveryState) {
  const Liar liar = play_with_recovery();
  for (std::size_t at = 0; at < liar.told[0].size(); ++at) {
    for (std::size_t other = 0; other < liar.told[0].size(); ++other) {
      if (may_follow(liar, at, other)) continue;
      const auto site = replay(liar, at);
      const auto said = site->give(liar.told[0][other]);
      ASSERT_EQ(fault_of_refusal(*site, said, liar.world), "")
          << name_of(liar.told[0][other]) << " (" << other << ") for " << name_of(liar.told[0][at]) << " (" << at
          << "), state " << site->state();
    }
  }
}

TEST(MisplacedMessages, TheOneThatWasAnsweredLastGetsTheSameAnswerAgain) {
  const Liar liar = play_with_recovery();
  for (std::size_t at = 0; at + 1 < liar.told[0].size(); ++at) {
    const auto site = replay(liar, at);
    const auto first = encoded(site->give(liar.told[0][at]));
    EXPECT_EQ(encoded(site->give(liar.told[0][at])), first) << name_of(liar.told[0][at]);
    EXPECT_EQ(site->breach(), "");
    EXPECT_FALSE(site->aborted());
  }
}

TEST(MisplacedMessages, ThatComeWhileASiteIsAtWorkAreRefusedAfterwards) {
  // An answer at once would tell when counting ended.
  const Liar liar = play_with_recovery();
  const struct {
    const char* state;
    std::size_t due, next;
  } at_work[] = {{"Preparing", 3, 4}, {"Sealing", 3, 4}, {"Waiting", 3, 4}, {"Deciding", 5, 6}};
  for (const auto& [state, due, next] : at_work) {
    for (std::size_t other = 0; other < liar.told[0].size(); ++other) {
      if (may_follow(liar, next, other)) continue;
      const auto site = replay(liar, due);
      site->hold_in(state);
      ASSERT_TRUE(site->give(liar.told[0][due]).empty());
      ASSERT_STREQ(site->state(), state);
      ASSERT_TRUE(site->give(liar.told[0][other]).empty()) << name_of(liar.told[0][other]) << " in " << state;
      const auto said = site->carry_on();
      ASSERT_FALSE(said.empty());
      EXPECT_EQ(fault_of_refusal(*site, {said.back()}, liar.world), "")
          << name_of(liar.told[0][other]) << " in " << state;
    }
  }
}

}  // namespace
}  // namespace fedloom::test
