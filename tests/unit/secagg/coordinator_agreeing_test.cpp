// Recovery: the signatures under the list of survivors.

#include <functional>

#include "recovery_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorAgreeing = Recovery;

TEST_F(CoordinatorAgreeing, TellsSurvivorsAloneWhoSurvived) {
  to_idle();
  hold_shares({3});
  start(1);
  run().lose(3);
  run().settle();
  const auto told = on_wire<Survivors>();
  ASSERT_EQ(told.size(), 4U);
  for (const auto& each : told) {
    EXPECT_NE(each.to, 4U);
    EXPECT_EQ(std::get<Survivors>(decode(each.bytes).value()).places, (std::vector<std::uint32_t>{0, 1, 2, 4}));
  }
  expect_summed(1, 0, {0, 1, 2, 4});
}

TEST_F(CoordinatorAgreeing, AsManySignaturesAsTheThresholdAreEnough) {
  to_idle();
  swallow<Agree>({0, 2});
  start(1);
  expect_summed(1, 0, {0, 1, 2, 3, 4});
  const std::vector<std::size_t> signers{1, 3, 4};
  for (const auto& each : on_wire<Proof>()) {
    const auto proof = std::get<Proof>(decode(each.bytes).value());
    ASSERT_EQ(proof.agreed.size(), 3U);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(proof.agreed[k].key, world_.keys[signers[k]].public_key());
      EXPECT_TRUE(is_genuine(proof.agreed[k], world_.run));
    }
  }
}

TEST_F(CoordinatorAgreeing, AsksAgainHalfWayWithTheSameBytes) {
  to_idle();
  swallow<Agree>({0, 1, 4});
  start(1);
  expect_state("Agreeing");
  EXPECT_EQ(run().protocol().waiting_for(), ids({0, 1, 4}));
  const auto told = on_wire<Survivors>();
  const auto given = on_wire<Agree>();
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 3U);
  for (const auto& each : asked) EXPECT_EQ(each.bytes, told[0].bytes);
  run().on_way = nullptr;
  run().settle();
  const auto again = on_wire<Agree>();
  ASSERT_EQ(again.size(), 8U);
  EXPECT_EQ(again[5].bytes, given[0].bytes);
  EXPECT_EQ(again[7].bytes, given[4].bytes);
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorAgreeing, FewerSignaturesLoseTheRound) {
  to_idle();
  swallow<Agree>({0, 1, 4});
  start(1);
  pass_deadline();
  expect_lost({0, 1, 4}, "(the coordinator is Agreeing)");
  expect_round_lost("only 2 of 5 sites are left, and 3 are needed");
  EXPECT_TRUE(on_wire<Proof>().empty());
  run().on_way = nullptr;
  start(1);
  ASSERT_NE(find<RoundSummed>(run().coordinator), nullptr);
  EXPECT_EQ(find<RoundSummed>(run().coordinator)->plan.attempt, 1U);
}

TEST_F(CoordinatorAgreeing, SetsAsideWhoeverSignsAnotherListOrRound) {
  const std::pair<std::function<void(Agree&)>, const char*> crimes[] = {
      {[](Agree& agree) { agree.agreement[0] ^= 1; }, "a signature under another list of survivors"},
      {[](Agree& agree) { agree.id.round = 2; }, "something of another round or attempt"}};
  for (const auto& [crime, word] : crimes) {
    restart();
    to_idle();
    falsify<Agree>(0, crime);
    start(1);
    expect_lost({0}, word);
    expect_summed(1, 0, {0, 1, 2, 3, 4});
  }
}

TEST_F(CoordinatorAgreeing, SetsAsideASignerWhoDidNotSurvive) {
  to_idle();
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    const bool share = std::holds_alternative<ShareMessage>(message) || std::holds_alternative<ShareChunk>(message);
    return from == 0 || (!std::holds_alternative<Agree>(message) && !(share && from == 5));
  };
  start(1);
  pass_deadline();
  ASSERT_STREQ(run().protocol().state(), "Agreeing");
  const auto given = std::get<Agree>(decode(on_wire<Agree>()[0].bytes).value());
  run().coordinator.clear();
  run().inject(4, agree_of(world_, 4, given.id, given.agreement));
  expect_lost({4}, "a signature under another list of survivors");
  expect_state("Agreeing");
}

TEST_F(CoordinatorAgreeing, ASurvivorThatIsLostMeanwhileNeedNotSign) {
  to_idle();
  swallow<Agree>({0, 1, 2, 3, 4});
  start(1);
  run().lose(1);
  run().lose(2);
  const auto given = on_wire<Agree>();
  for (const std::size_t place : {0U, 3U, 4U}) run().inject(place, decode(given[place].bytes).value());
  run().on_way = nullptr;
  run().settle();
  expect_summed(1, 0, {0, 1, 2, 3, 4});
}

}  // namespace
}  // namespace fedloom::secagg
