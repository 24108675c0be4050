// Recovery: sites that never join, send no key, or are gone at the end.

#include "recovery_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorKeying = Recovery;

TEST_F(CoordinatorKeying, BeginsWithThoseWhoHaveJoinedByTheDeadline) {
  for (const std::size_t missing : {2U, 3U}) {
    restart();
    run().on_way = [missing](Endpoint from, Endpoint, Message&) { return from <= 5 - missing; };
    run().settle();
    expect_state("Gathering");
    run().pass(Millis(60000));
    run().settle();
    expect_state("Gathering");
    run().pass(Millis(60000));
    run().settle();
    if (missing == 3) {
      expect_failed("only 2 of 5 sites are left, and 3 are needed");
      EXPECT_EQ(find<Failed>(run().coordinator)->sites, ids({2, 3, 4}));
      continue;
    }
    expect_state("Idle");
    EXPECT_EQ(find<SessionReady>(run().coordinator)->joined.size(), 3U);
    start(1);
    expect_summed(1, 0, {0, 1, 2});
  }
}

TEST_F(CoordinatorKeying, ASiteThatJoinsLaterIsTakenInWithTheNextRound) {
  run().on_way = [](Endpoint from, Endpoint, Message&) { return from != 5; };
  run().settle();
  run().pass(Millis(60000));
  run().pass(Millis(60000));
  run().settle();
  expect_state("Idle");
  run().on_way = nullptr;
  run().restart_site(4);
  run().settle();
  start(1);
  expect_summed(1, 1, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorKeying, GoesOnWithoutThoseWhoSendNoKeyAndAsksThemAgainFirst) {
  swallow<Advertise>({0, 4});
  run().settle();
  expect_state("Keying");
  const auto opened = on_wire<OpenSession>();
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].bytes, opened[0].bytes);
  const auto keys = on_wire<Advertise>();
  run().settle();
  EXPECT_EQ(on_wire<Advertise>().back().bytes, keys[4].bytes) << "the same key, not another one";
  run().pass(half);
  run().settle();
  expect_state("Idle");
  EXPECT_EQ(std::get<KeyList>(decode(on_wire<KeyList>()[0].bytes).value()).keys.size(), 3U);
  run().on_way = nullptr;
  start(1);
  expect_summed(1, 0, {1, 2, 3});
}

TEST_F(CoordinatorKeying, AKeyThatComesTooLateOpensANewSessionForTheNextRound) {
  swallow<Advertise>({4});
  run().settle();
  pass_deadline();
  run().on_way = nullptr;
  run().inject(4, decode(on_wire<Advertise>()[4].bytes).value());
  start(1);
  expect_summed(1, 1, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorKeying, FewerKeysThanTheThresholdEndTheRun) {
  swallow<Advertise>({0, 3, 4});
  run().settle();
  pass_deadline();
  expect_failed("only 2 of 5 sites are left");
}

TEST_F(CoordinatorKeying, SetsAsideASiteWithAKeyOfLowOrder) {
  falsify<Advertise>(2, [](Advertise& advertise) { advertise.session_key = {}; });
  run().settle();
  expect_lost({2}, "site site102 sent a key of low order");
  start(1);
  expect_summed(1, 0, {0, 1, 3, 4});
}

class CoordinatorClosing : public Recovery {
 protected:
  std::size_t unsigned_goodbyes() {
    const auto* closed = find<SessionClosed>(run().coordinator);
    if (closed == nullptr) return 99;
    EXPECT_EQ(closed->heads.size(), closed->goodbyes.size());
    std::size_t count = 0;
    for (std::size_t k = 0; k < closed->goodbyes.size(); ++k) {
      const Goodbye& goodbye = closed->goodbyes[k];
      EXPECT_EQ(goodbye.key, closed->heads[k].key);
      if (goodbye.signature == Signature{}) {
        ++count;
      } else {
        EXPECT_TRUE(verify_goodbye(goodbye, world_.run));
      }
    }
    return count;
  }
};

TEST_F(CoordinatorClosing, ALostSiteHasAZeroSignature) {
  for (const bool silent : {true, false}) {
    restart();
    to_idle();
    start(1);
    if (silent) {
      swallow<Goodbye>({1});
    } else {
      run().lose(1);
    }
    run().close(true);
    run().settle();
    if (silent) {
      expect_state("Closing");
      EXPECT_EQ(run().protocol().waiting_for(), ids({1}));
      pass_deadline();
    }
    EXPECT_EQ(unsigned_goodbyes(), 1U);
    EXPECT_EQ(find<SessionClosed>(run().coordinator)->goodbyes[1].signature, Signature{});
    expect_state("Closed");
  }
}

TEST_F(CoordinatorClosing, FewerSignaturesThanTheThresholdEndInFailure) {
  for (const std::size_t lost : {2U, 3U}) {
    restart();
    to_idle();
    start(1);
    for (std::size_t place = 0; place < lost; ++place) run().lose(place);
    run().close(true);
    run().settle();
    if (lost == 2) {
      EXPECT_EQ(unsigned_goodbyes(), 2U);
    } else {
      expect_failed("only 2 of 5 sites are left, and 3 are needed");
    }
  }
}

TEST_F(CoordinatorClosing, SaysTheEndAgainHalfWay) {
  to_idle();
  start(1);
  // What the coordinator says to site 2 does not arrive.
  run().on_way = [](Endpoint, Endpoint to, Message& message) {
    return to != 3 || !std::holds_alternative<CloseRun>(message);
  };
  run().close(true);
  run().settle();
  const auto said = on_wire<CloseRun>();
  run().on_way = nullptr;
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].bytes, said[2].bytes);
  run().settle();
  EXPECT_EQ(unsigned_goodbyes(), 0U);
}

TEST_F(CoordinatorClosing, AGoodbyeToSomethingElseSetsItsSiteAside) {
  to_idle();
  start(1);
  falsify<Goodbye>(3, [](Goodbye& goodbye) { goodbye.closing[0] ^= 1; });
  run().close(true);
  run().settle();
  expect_lost({3}, "a goodbye to something else, or a second one,");
  EXPECT_EQ(unsigned_goodbyes(), 1U);
}

TEST_F(CoordinatorClosing, StopsInEveryStateOfARound) {
  const auto hold = [this](auto kind) { swallow<decltype(kind)>({0, 1, 2, 3, 4}); };
  const std::pair<const char*, std::function<void()>> states[] = {{"Offering", [&] { hold(Offer{}); }},
                                                                  {"Summing", [&] { hold(ShareMessage{}); }},
                                                                  {"Agreeing", [&] { hold(Agree{}); }},
                                                                  {"Unmasking", [&] { hold(Unmask{}); }}};
  for (const auto& [name, reach] : states) {
    restart();
    to_idle();
    reach();
    if (std::string_view(name) == "Summing") {
      run().on_way = [](Endpoint, Endpoint, Message& message) {
        return !std::holds_alternative<ShareMessage>(message) && !std::holds_alternative<ShareChunk>(message);
      };
    }
    start(1);
    expect_state(name);
    run().on_way = nullptr;
    run().close(false);
    run().settle();
    EXPECT_EQ(unsigned_goodbyes(), 0U) << name;
    EXPECT_EQ(find<RoundSummed>(run().coordinator), nullptr);
    for (const auto& actions : run().site) {
      ASSERT_NE(find<SiteFinished>(actions), nullptr) << name;
      EXPECT_FALSE(find<SiteFinished>(actions)->complete);
    }
  }
}

TEST_F(CoordinatorClosing, ASiteLeftBehindInARoundStillSaysGoodbye) {
  to_idle();
  swallow<Offer>({4});
  start(1);
  pass_deadline();
  run().on_way = nullptr;
  EXPECT_STREQ(run().state(4), "Offered");
  run().close(true);
  run().settle();
  // Late, it is not waited for: its goodbye counts when it comes before the others'.
  ASSERT_NE(find<SessionClosed>(run().coordinator), nullptr);
  EXPECT_STREQ(run().state(4), "Closed");
}

}  // namespace
}  // namespace fedloom::secagg
