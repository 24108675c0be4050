// Recovery: how the coordinator gathers keys and shares of their secrets, and whom it deals them to.

#include <functional>

#include "recovery_fixture.hpp"

namespace fedloom::secagg {
namespace {

using CoordinatorOffering = Recovery;

TEST_F(CoordinatorOffering, DealsToEveryoneWhatAllHaveOffered) {
  to_idle();
  start(1);
  expect_summed(1, 0, {0, 1, 2, 3, 4});
  expect_lost({}, "");
  const auto offers = on_wire<Offer>();
  const auto deals = on_wire<Deal>();
  ASSERT_EQ(offers.size(), 5U);
  ASSERT_EQ(deals.size(), 5U);
  for (std::size_t to = 0; to < 5; ++to) {
    const auto deal = std::get<Deal>(decode(deals[to].bytes).value());
    ASSERT_EQ(deal.offers.size(), 5U);
    for (std::size_t from = 0; from < 5; ++from) {
      const auto offer = std::get<Offer>(decode(offers[from].bytes).value());
      EXPECT_EQ(deal.offers[from].terms.signature, offer.terms.signature);
      EXPECT_EQ(deal.offers[from].entry, offer.entries[to]);
    }
  }
}

TEST_F(CoordinatorOffering, GoesOnWithoutThoseWhoDoNotOffer) {
  to_idle();
  swallow<Offer>({1, 4});
  start(1);
  expect_state("Offering");
  EXPECT_EQ(run().protocol().waiting_for(), ids({1, 4}));
  pass_deadline();
  expect_lost({1, 4}, "sites site101 and site104 did not answer in time (the coordinator is Offering)");
  expect_summed(1, 0, {0, 2, 3});
}

TEST_F(CoordinatorOffering, AsksAgainHalfWayWithTheSameBytes) {
  to_idle();
  swallow<Offer>({3});
  start(1);
  const auto plans = on_wire<PlanMessage>();
  // Another site is started again meanwhile: what is known of its ledger is newer than what the plan says.
  run().cut_off(0);
  Join again{.run = world_.run, .last_session = 1};
  again.head = {.entries = 7, .hash = sha256("entry")};
  again.head.signature = world_.keys[0].sign(privacy::ledger_head_message(again.head));
  sign(again, world_.keys[0], world_.run);
  run().inject(0, again);
  const auto asked = ask_again();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].to, 4U);
  EXPECT_EQ(asked[0].bytes, plans[3].bytes);
  const auto first = on_wire<Offer>();
  run().on_way = nullptr;
  run().settle();
  const auto all = on_wire<Offer>();
  ASSERT_EQ(all.size(), first.size() + 1);
  EXPECT_EQ(all.back().bytes, first[3].bytes) << "the answer is the same, too";
  expect_summed(1, 0, {1, 2, 3, 4});
}

TEST_F(CoordinatorOffering, FewerThanTheThresholdEndTheRunBeforeAnyonePays) {
  to_idle();
  swallow<Offer>({0, 1, 2});
  start(1);
  pass_deadline();
  expect_failed("only 2 of 5 sites are left, and 3 are needed");
  EXPECT_TRUE(on_wire<Deal>().empty());
  for (const auto& actions : run().site) EXPECT_EQ(find<Prepare>(actions), nullptr);
  EXPECT_EQ(on_wire<Abort>().size(), 5U);
}

TEST_F(CoordinatorOffering, SetsAsideASiteWhoseOfferIsWrong) {
  const std::pair<std::function<void(Offer&)>, const char*> crimes[] = {
      {[](Offer& offer) { offer.terms.plan[0] ^= 1; }, "site site102 answered another plan than the one sent"},
      {[](Offer& offer) { offer.entries.pop_back(); }, "did not offer shares to every member"},
      {[](Offer& offer) { offer.entries.back().place = 7; }, "did not offer shares to every member"},
      {[](Offer& offer) { offer.entries[1].mask_key[0] ^= 1; }, "offered shares that it has not signed"},
      {[](Offer& offer) { offer.terms.mask_key = {}; }, "offered a key of low order"},
      {[](Offer& offer) { offer.terms.id.round = 2; }, "something of another round or attempt"},
      {[](Offer& offer) { offer.terms.id.session = 2; }, "something of another round or attempt"}};
  for (const auto& [crime, word] : crimes) {
    restart();
    to_idle();
    falsify<Offer>(2, crime);
    start(1);
    expect_lost({2}, word);
    expect_summed(1, 0, {0, 1, 3, 4});
  }
}

TEST_F(CoordinatorOffering, SetsAsideASiteWhoseOfferIsNotSigned) {
  to_idle();
  run().on_way = [](Endpoint from, Endpoint, Message& message) {
    auto* offer = std::get_if<Offer>(&message);
    if (offer != nullptr && from == 3) offer->terms.signature[0] ^= 1;
    return true;
  };
  start(1);
  expect_lost({2}, "is not signed by it for this run");
  expect_summed(1, 0, {0, 1, 3, 4});
}

TEST_F(CoordinatorOffering, SetsAsideTheSenderOfAnothersOfferAndNotTheOther) {
  to_idle();
  swallow<Offer>({2, 3});
  start(1);
  const auto offers = on_wire<Offer>();
  run().inject(2, decode(offers[3].bytes).value());
  expect_lost({2}, "site site102 sent a message in the name of site site103");
  run().on_way = nullptr;
  run().inject(3, decode(offers[3].bytes).value());
  run().settle();
  expect_summed(1, 0, {0, 1, 3, 4});
}

TEST_F(CoordinatorOffering, TakesTheSameOfferTwiceAndNoOther) {
  to_idle();
  swallow<Offer>({4});
  start(1);
  const auto offers = on_wire<Offer>();
  run().inject(0, decode(offers[0].bytes).value());
  expect_lost({}, "");
  auto other = std::get<Offer>(decode(offers[0].bytes).value());
  other.terms.self_seed[0] ^= 1;
  sign(other.terms, world_.keys[0], world_.run);
  run().inject(0, other);
  expect_lost({0}, "a second offer");
  run().on_way = nullptr;
  run().inject(4, decode(offers[4].bytes).value());
  run().settle();
  expect_summed(1, 0, {1, 2, 3, 4});
}

TEST_F(CoordinatorOffering, LetsAnOfferOfAnEarlierRoundGo) {
  to_idle();
  start(1);
  const auto old = on_wire<Offer>();
  swallow<Offer>({0});
  start(2);
  run().inject(0, decode(old[0].bytes).value());
  expect_lost({}, "");
  expect_state("Offering");
  EXPECT_EQ(run().protocol().waiting_for(), ids({0}));
}

TEST_F(CoordinatorOffering, ALostConnectionOrARefusalSetsItsSiteAside) {
  for (const bool refuses : {true, false}) {
    restart();
    to_idle();
    swallow<Offer>({1});
    start(1);
    if (refuses) {
      run().inject(1, make_refusal(world_.keys[1], world_.run, RefusalCode::budget_run));
    } else {
      run().lose(1);
    }
    run().settle();
    expect_lost({1}, refuses ? "site site101 refused the plan: over its budget per run" : "site site101 was lost");
    expect_summed(1, 0, {0, 2, 3, 4});
  }
}

TEST_F(CoordinatorOffering, ALateSiteIsTakenInAgainOnceItSpeaks) {
  to_idle();
  swallow<Offer>({4});
  start(1);
  pass_deadline();
  expect_summed(1, 0, {0, 1, 2, 3});
  // Its offer of the first round comes at last.
  run().on_way = nullptr;
  run().inject(4, decode(on_wire<Offer>()[4].bytes).value());
  start(2);
  expect_summed(2, 0, {0, 1, 2, 3, 4});
}

TEST_F(CoordinatorOffering, ALateSiteIsNotWaitedForUntilItSpeaks) {
  to_idle();
  swallow<Offer>({4});
  start(1);
  pass_deadline();
  start(2);
  expect_summed(2, 0, {0, 1, 2, 3});
}

TEST_F(CoordinatorOffering, AStrangersMessageHarmsNobody) {
  to_idle();
  swallow<Offer>({4});
  start(1);
  Offer stranger = std::get<Offer>(decode(on_wire<Offer>()[4].bytes).value());
  sign(stranger.terms, SigningKey::generate(), world_.run);
  run().inject(8, stranger);
  expect_lost({}, "");
  expect_state("Offering");
}

}  // namespace
}  // namespace fedloom::secagg
