#pragma once
// The coordinator of a sum with recovery, with real sites behind a wire on which the test decides what arrives.

#include <gtest/gtest.h>

#include <algorithm>

#include "dealer.hpp"
#include "harness.hpp"

namespace fedloom::secagg {

using test::find;

class Recovery : public testing::Test {
 protected:
  static constexpr Millis half{150000}, limit{300000};  ///< of a reply

  Recovery() : Recovery(Quorum{.sites = 5, .colluding = 1, .dropouts = 2}) {}
  explicit Recovery(const Quorum& quorum) : Recovery(test::World(quorum)) {}
  explicit Recovery(test::World&& world) : world_(std::move(world)) { restart(); }
  void restart() { run_ = std::make_unique<test::Simulation>(world_); }
  test::Simulation& run() { return *run_; }
  /// With the keys of every site.
  void to_idle() {
    run().settle();
    ASSERT_STREQ(run().protocol().state(), "Idle");
  }
  void start(std::uint32_t round) {
    run().coordinator.clear();
    run().start_round(world_.plan(round));
    run().settle();
  }
  /// All that sites sent of this kind, from now on, does not arrive.
  template <class T>
  void swallow(std::vector<std::size_t> places) {
    run().on_way = [places](Endpoint from, Endpoint, Message& message) {
      return from == 0 || !std::holds_alternative<T>(message) || std::ranges::find(places, from - 1) == places.end();
    };
  }
  /// Nothing of the shares of these sites arrives.
  void hold_shares(const std::vector<std::size_t>& places) {
    run().on_way = [places](Endpoint from, Endpoint, Message& message) {
      const bool share = std::holds_alternative<ShareMessage>(message) || std::holds_alternative<ShareChunk>(message);
      return from == 0 || !share || std::ranges::find(places, from - 1) == places.end();
    };
  }
  /// Changes what that site says of this kind, and signs it again.
  template <class T>
  void falsify(std::size_t place, const std::function<void(T&)>& change) {
    run().on_way = [this, place, change](Endpoint from, Endpoint, Message& message) {
      auto* said = std::get_if<T>(&message);
      if (from == place + 1 && said != nullptr) {
        change(*said);
        if constexpr (SiteMessage<T>) sign(*said, world_.keys[place], world_.run);
        if constexpr (std::is_same_v<T, Offer>) sign(said->terms, world_.keys[place], world_.run);
      }
      return true;
    };
  }
  void expect_state(const char* state) { EXPECT_STREQ(run().protocol().state(), state); }
  /// The exact sum over those sites.
  void expect_summed(std::uint32_t round, std::uint32_t attempt, const std::vector<std::size_t>& places) {
    auto* summed = find<RoundSummed>(run().coordinator);
    ASSERT_NE(summed, nullptr) << run().protocol().state();
    const auto plan = world_.plan(round, attempt);
    EXPECT_EQ(summed->plan, plan);
    EXPECT_EQ(summed->survivors, ids(places));
    EXPECT_EQ(summed->total.words(), test::exact_total(world_, 1, plan, places));
    expect_state("Idle");
  }
  /// Those that were set aside since coordinator.clear(), in order, each with that word in the reason.
  void expect_lost(const std::vector<std::size_t>& places, const std::string& word) {
    std::vector<SiteId> lost;
    for (const auto& action : run().coordinator) {
      const auto* gone = std::get_if<SiteLost>(&action);
      if (gone == nullptr) continue;
      lost.push_back(gone->site);
      EXPECT_NE(gone->reason.find(word), std::string::npos) << gone->reason;
    }
    EXPECT_EQ(lost, ids(places));
  }
  void expect_round_lost(const std::string& word) {
    const auto* lost = find<RoundLost>(run().coordinator);
    ASSERT_NE(lost, nullptr) << run().protocol().state();
    EXPECT_NE(lost->reason.find(word), std::string::npos) << lost->reason;
    EXPECT_EQ(find<RoundSummed>(run().coordinator), nullptr);
    expect_state("Idle");
  }
  void expect_failed(const std::string& word) {
    const auto* failed = find<Failed>(run().coordinator);
    ASSERT_NE(failed, nullptr) << run().protocol().state();
    EXPECT_NE(failed->reason.find(word), std::string::npos) << failed->reason;
    expect_state("Failed");
  }
  std::vector<SiteId> ids(const std::vector<std::size_t>& places) const {
    std::vector<SiteId> out;
    for (const std::size_t place : places) out.push_back(world_.roster.members()[place].id);
    return out;
  }
  /// Everything of that kind on the wire, in order: where from, where to and its bytes.
  template <class T>
  std::vector<test::Simulation::Sent> on_wire(std::size_t since = 0) const {
    std::vector<test::Simulation::Sent> out;
    for (std::size_t k = since; k < run_->wire.size(); ++k) {
      const Message message = decode(run_->wire[k].bytes).value();
      if (std::holds_alternative<T>(message)) out.push_back(run_->wire[k]);
    }
    return out;
  }
  /// Passes half of the limit: those waited for are asked again. They get no chance to answer a second time.
  std::vector<test::Simulation::Sent> ask_again() {
    const std::size_t before = run().wire.size();
    run().pass(half);
    return {run().wire.begin() + static_cast<std::ptrdiff_t>(before), run().wire.end()};
  }
  /// Those waited for never answer.
  void pass_deadline() {
    run().pass(half);
    run().settle();
    run().pass(half);
    run().settle();
  }

  test::World world_;
  std::unique_ptr<test::Simulation> run_;
};

}  // namespace fedloom::secagg
