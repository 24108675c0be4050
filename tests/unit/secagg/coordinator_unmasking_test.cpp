// Recovery: the shares of secrets that survivors show, the bad ones among them, and the sum that they open.

#include <functional>

#include "recovery_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorUnmasking = Recovery;

TEST_F(CoordinatorUnmasking, AnyThreeOfFiveOpenTheSum) {
  for (std::size_t first = 0; first < 5; ++first) {
    for (std::size_t second = first + 1; second < 5; ++second) {
      restart();
      to_idle();
      swallow<Unmask>({first, second});
      start(1);
      expect_summed(1, 0, {0, 1, 2, 3, 4});
      expect_lost({}, "");
    }
  }
}

TEST_F(CoordinatorUnmasking, OpensTheSumWithTwoLostBeforeAndNoneToSpare) {
  to_idle();
  hold_shares({0, 3});
  start(1);
  run().lose(0);
  run().lose(3);
  run().settle();
  expect_summed(1, 0, {1, 2, 4});
}

TEST_F(CoordinatorUnmasking, AsksAgainHalfWayWithTheSameBytes) {
  to_idle();
  swallow<Unmask>({0, 2, 4});
  start(1);
  expect_state("Unmasking");
  EXPECT_EQ(run().protocol().waiting_for(), ids({0, 2, 4}));
  const auto proofs = on_wire<Proof>();
  const auto shown = on_wire<Unmask>();
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 3U);
  for (const auto& each : asked) EXPECT_EQ(each.bytes, proofs[0].bytes);
  run().on_way = nullptr;
  run().settle();
  const auto again = on_wire<Unmask>();
  ASSERT_EQ(again.size(), 8U);
  EXPECT_EQ(again[5].bytes, shown[0].bytes);
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorUnmasking, TooFewSharesLoseTheRound) {
  to_idle();
  swallow<Unmask>({0, 2, 4});
  start(1);
  pass_deadline();
  expect_lost({0, 2, 4}, "(the coordinator is Unmasking)");
  expect_round_lost("only 2 of 5 sites are left, and 3 are needed");
}

TEST_F(CoordinatorUnmasking, NamesWhoeverShowsABadShareAndGoesOnWithTheOthers) {
  const std::pair<std::function<void(Unmask&)>, const char*> crimes[] = {
      {[](Unmask& unmask) { unmask.shares[3].share[9] ^= 1; },
       "site site100 showed a share of the secret of site site103 that is not the one it was dealt"},
      {[](Unmask& unmask) { std::swap(unmask.shares[1].share, unmask.shares[2].share); },
       "a share of the secret of site site101"},
      {[](Unmask& unmask) { unmask.shares.pop_back(); }, "did not show one share of every secret"},
      {[](Unmask& unmask) { unmask.shares.back().place = 9; }, "did not show one share of every secret"},
      {[](Unmask& unmask) { unmask.agreement[0] ^= 1; }, "showed shares for another list of survivors"},
      {[](Unmask& unmask) { unmask.id.round = 2; }, "something of another round or attempt"}};
  for (const auto& [crime, word] : crimes) {
    restart();
    to_idle();
    falsify<Unmask>(0, crime);
    start(1);
    expect_lost({0}, word);
    expect_summed(1, 0, {0, 1, 2, 3, 4});
  }
}

TEST_F(CoordinatorUnmasking, SetsAsideWhoeverShowsSharesThatAreNotSigned) {
  to_idle();
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    auto* unmask = std::get_if<Unmask>(&message);
    if (unmask != nullptr && from == 1) unmask->signature[0] ^= 1;
    return true;
  };
  start(1);
  expect_lost({0}, "is not signed by it");
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorUnmasking, ThreeBadSharesLoseTheRound) {
  to_idle();
  run().on_way = [this](Endpoint from, Endpoint, Message& message) {
    auto* unmask = std::get_if<Unmask>(&message);
    if (unmask != nullptr && from <= 3) {
      unmask->shares[4].share[0] ^= 1;
      sign(*unmask, world_.keys[from - 1], world_.run);
    }
    return true;
  };
  start(1);
  expect_lost({0, 1, 2}, "showed a share of the secret of site site104");
  expect_round_lost("only 2 of 5 sites are left");
}

/// Site 3 offers good shares of another mask key than the one it names.
TEST_F(CoordinatorUnmasking, NoSumIsGivenWhenALostSitesKeyCannotBePutTogether) {
  to_idle();
  run().on_way = [this](Endpoint from, Endpoint, Message& message) {
    auto* offer = std::get_if<Offer>(&message);
    if (from != 4 || offer == nullptr) return true;
    std::vector<MaskKey> session_keys;
    std::vector<PublicKey> shown;
    for (std::size_t place = 0; place < 5; ++place) {
      // The first thing that a site of this seed draws.
      test::SplitMixRandom its(77 + place);
      session_keys.emplace_back(its);
      shown.push_back(session_keys.back().public_key());
    }
    test::SplitMixRandom random(3);
    const MaskKey another(random);
    *offer = Dealer(world_, random)
                 .deal(3, session_keys[3], shown, world_.plan(1), 1, {.shown_mask_key = another.public_key()})
                 .offer;
    return true;
  };
  start(1);
  // Site 3 itself finds a key that it did not send, and leaves; the others cannot know.
  expect_lost({3}, "site site103 ended the session because a message broke the protocol");
  expect_round_lost("site site103 dealt shares that do not fit together");
}

}  // namespace
}  // namespace fedloom::secagg
