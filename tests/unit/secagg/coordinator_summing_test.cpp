// Recovery: shares that come whole, in part, twice, late or not at all. The total is that of the survivors, exactly, or
// there is none.

#include <functional>

#include "recovery_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorSumming = Recovery;

TEST_F(CoordinatorSumming, ASiteLostBeforeItsShareIsNotInTheSum) {
  for (std::size_t lost = 0; lost < 5; ++lost) {
    restart();
    to_idle();
    hold_shares({lost});
    start(1);
    expect_state("Summing");
    EXPECT_EQ(run().protocol().waiting_for(), ids({lost}));
    run().lose(lost);
    run().settle();
    std::vector<std::size_t> rest{0, 1, 2, 3, 4};
    std::erase(rest, lost);
    expect_summed(1, 0, rest);
  }
}

TEST_F(CoordinatorSumming, ASiteLostAfterItsShareIsInTheSum) {
  for (std::size_t lost = 0; lost < 5; ++lost) {
    restart();
    to_idle();
    run().on_way = [this, lost](Endpoint from, Endpoint, Message& message) {
      // It dies as soon as its last word is out.
      if (from == lost + 1 && std::holds_alternative<ShareChunk>(message)) {
        run().inject(lost, std::move(message));
        run().lose(lost);
        return false;
      }
      return true;
    };
    start(1);
    expect_lost({lost}, "was lost");
    expect_summed(1, 0, {0, 1, 2, 3, 4});
  }
}

TEST_F(CoordinatorSumming, AsksAgainHalfWayForWhatIsMissing) {
  to_idle();
  // Of site 1 nothing comes, of site 2 the announcement only.
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    if (std::holds_alternative<ShareMessage>(message)) return from != 2;
    return !std::holds_alternative<ShareChunk>(message) || (from != 2 && from != 3);
  };
  start(1);
  EXPECT_EQ(run().protocol().waiting_for(), ids({1, 2}));
  const auto shares = on_wire<ShareMessage>();
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].to, 2U);
  EXPECT_EQ(asked[0].bytes, on_wire<Deal>()[1].bytes) << "whoever has announced nothing is dealt the same again";
  EXPECT_EQ(asked[1].to, 3U);
  EXPECT_TRUE(std::holds_alternative<Resend>(decode(asked[1].bytes).value()));
  run().on_way = nullptr;
  run().settle();
  const auto again = on_wire<ShareMessage>();
  ASSERT_EQ(again.size(), 7U);
  EXPECT_EQ(again[5].bytes, shares[1].bytes);
  EXPECT_EQ(again[6].bytes, shares[2].bytes);
  expect_lost({}, "");
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorSumming, ASilentSiteIsLeftOutAtTheDeadline) {
  to_idle();
  hold_shares({1, 3});
  start(1);
  pass_deadline();
  expect_lost({1, 3}, "sites site101 and site103 did not answer in time (the coordinator is Summing)");
  expect_summed(1, 0, {0, 2, 4});
}

TEST_F(CoordinatorSumming, FewerThanTheThresholdLoseTheRoundAndTheNextIsAnotherAttempt) {
  to_idle();
  hold_shares({2, 3, 4});
  start(1);
  pass_deadline();
  expect_round_lost("only 2 of 5 sites are left, and 3 are needed");
  EXPECT_EQ(find<RoundLost>(run().coordinator)->plan, world_.plan(1, 0));
  EXPECT_TRUE(on_wire<Survivors>().empty()) << "nothing is unmasked of it";
  run().on_way = nullptr;
  const std::size_t before = run().wire.size();
  start(1);
  // Late ones are waited for until there are enough again; the others come in with the round after.
  expect_summed(1, 1, {0, 1, 2});
  const auto opened = on_wire<OpenSession>(before);
  ASSERT_EQ(opened.size(), 5U);
  EXPECT_EQ(std::get<OpenSession>(decode(opened[0].bytes).value()).session, 2U);
  start(2);
  expect_summed(2, 2, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorSumming, SetsAsideASiteWhoseShareIsWrong) {
  const std::pair<std::function<void(ShareMessage&)>, const char*> crimes[] = {
      {[](ShareMessage& share) { share.plan[0] ^= 1; }, "site site102 answered another plan"},
      {[](ShareMessage& share) { share.words = 1; }, "sent 1 numbers where the plan asks"},
      {[](ShareMessage& share) { share.head.entries = 9; }, "a ledger head that it has not signed"},
      {[](ShareMessage& share) { share.chunks[0][0] ^= 1; }, "other numbers than it has signed"},
      {[](ShareMessage& share) { share.id.round = 2; }, "something of another round or attempt"}};
  for (const auto& [crime, word] : crimes) {
    restart();
    to_idle();
    falsify<ShareMessage>(2, crime);
    start(1);
    expect_lost({2}, word);
    expect_summed(1, 0, {0, 1, 3, 4});
  }
}

TEST_F(CoordinatorSumming, SetsAsideASiteThatSharesWithoutAnOffer) {
  to_idle();
  swallow<Offer>({4});
  start(1);
  // The others' shares are held up, so that the sum is still open.
  run().pass(half);
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    return from == 0 || !(std::holds_alternative<ShareMessage>(message) || std::holds_alternative<Offer>(message));
  };
  run().settle();
  run().pass(half);
  expect_state("Summing");
  ShareMessage share{.id = {1, 1, 0}, .plan = plan_hash(world_.plan(1)), .words = 1, .chunks = {Digest{}}};
  sign(share, world_.keys[4], world_.run);
  run().coordinator.clear();
  run().inject(4, share);
  expect_lost({4}, "a share without an offer");
}

TEST_F(CoordinatorSumming, ARestartedSiteIsTakenInWithTheNextRoundInANewSession) {
  to_idle();
  hold_shares({2});
  start(1);
  run().on_way = nullptr;
  run().restart_site(2);
  run().settle();
  expect_lost({2}, "site site102 was started again; it is taken in with the next round");
  expect_summed(1, 0, {0, 1, 3, 4});
  EXPECT_STREQ(run().state(2), "Joining");
  start(2);
  expect_summed(2, 1, {0, 1, 2, 3, 4});
  start(3);
  expect_summed(3, 1, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorSumming, AJoinThatIsNotSignedMovesNoSite) {
  to_idle();
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    return from != 3 || !std::holds_alternative<ShareChunk>(message);
  };
  start(1);
  Join forged{.run = world_.run, .last_session = 1};
  sign(forged, world_.keys[2], world_.run);
  forged.last_session = 2;
  run().inject(2, forged);
  Join elsewhere{.run = world_.run, .last_session = 1};
  elsewhere.run.run_id = "run-2";
  sign(elsewhere, world_.keys[2], elsewhere.run);
  run().inject(2, elsewhere);
  expect_lost({}, "");
  EXPECT_EQ(run().protocol().waiting_for(), ids({2}));
}

/// Shares of two chunks.
class CoordinatorStreaming : public Recovery {
 protected:
  CoordinatorStreaming()
      : Recovery([] {
          test::World world(Quorum{.sites = 5, .colluding = 1, .dropouts = 2}, {{"a", 400}, {"b", 400}});
          return world;
        }()) {}
  /// The second chunk of that site does not come.
  void cut_in_two(std::size_t place) {
    run().on_way = [place](Endpoint from, Endpoint, Message& message) {
      const auto* chunk = std::get_if<ShareChunk>(&message);
      return from != place + 1 || chunk == nullptr || chunk->index == 0;
    };
  }
};

TEST_F(CoordinatorStreaming, AShareComesInChunks) {
  to_idle();
  start(1);
  EXPECT_EQ(on_wire<ShareChunk>().size(), 10U);
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorStreaming, ASiteLostAfterHalfOfItsShareIsTakenOutOfTheSum) {
  for (const bool broken : {true, false}) {
    restart();
    to_idle();
    cut_in_two(1);
    start(1);
    expect_state("Summing");
    if (broken) {
      run().lose(1);
    } else {
      run().pass(half);
      run().settle();
      run().pass(half);
    }
    const auto asked = on_wire<Resend>();
    std::vector<Endpoint> to;
    for (const auto& each : asked) to.push_back(each.to);
    EXPECT_EQ(to, (broken ? std::vector<Endpoint>{1, 3, 4, 5} : std::vector<Endpoint>{2, 1, 3, 4, 5}));
    const auto before = on_wire<ShareChunk>();
    run().settle();
    expect_lost({1}, broken ? "was lost" : "did not answer in time");
    expect_summed(1, 0, {0, 2, 3, 4});
    const auto after = on_wire<ShareChunk>();
    ASSERT_EQ(after.size(), before.size() + 8);
    for (std::size_t k = 0; k < 8; ++k) {
      EXPECT_EQ(after[before.size() + k].bytes, before[k < 2 ? k : k + 2].bytes) << "the stored bytes, once more";
    }
  }
}

TEST_F(CoordinatorStreaming, WhoeverDoesNotSendAgainIsAskedAgainAndThenLeftOut) {
  to_idle();
  cut_in_two(1);
  start(1);
  run().lose(1);
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    return from != 4 || !std::holds_alternative<ShareChunk>(message);
  };
  run().settle();
  EXPECT_EQ(run().protocol().waiting_for(), ids({3}));
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].to, 4U);
  run().settle();
  EXPECT_STREQ(run().state(3), "Masked") << "and it does not take that for a breach of the protocol";
  run().pass(half);
  run().settle();
  expect_summed(1, 0, {0, 2, 4});
}

TEST_F(CoordinatorStreaming, ALossBesideALossStillGivesTheExactSum) {
  to_idle();
  cut_in_two(1);
  start(1);
  run().lose(1);
  cut_in_two(3);
  run().settle();
  EXPECT_EQ(run().protocol().waiting_for(), ids({3}));
  run().lose(3);
  run().settle();
  expect_summed(1, 0, {0, 2, 4});
}

TEST_F(CoordinatorStreaming, AThirdLossLosesTheRound) {
  to_idle();
  cut_in_two(1);
  start(1);
  run().lose(1);
  run().lose(3);
  run().settle();
  expect_summed(1, 0, {0, 2, 4});
  cut_in_two(0);
  start(2);
  run().lose(0);
  run().settle();
  expect_round_lost("only 2 of 5 sites are left");
  start(2);
  expect_failed("only 2 of 5 sites are left");
}

TEST_F(CoordinatorStreaming, ChunksTwiceOrOutOfOrderAreAddedOnce) {
  to_idle();
  std::vector<Bytes> seen;
  run().on_way = [&](Endpoint from, Endpoint, Message& message) {
    if (from == 3 && std::holds_alternative<ShareChunk>(message)) seen.push_back(encode(message));
    return from != 3 || !std::holds_alternative<ShareChunk>(message);
  };
  start(1);
  ASSERT_EQ(seen.size(), 2U);
  for (const std::size_t index : {1U, 0U, 0U, 1U, 0U, 1U}) {
    const bool last = std::string_view(run().protocol().state()) != "Summing";
    run().inject(2, decode(seen[index]).value());
    if (last) break;
  }
  run().settle();
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

}  // namespace
}  // namespace fedloom::secagg
