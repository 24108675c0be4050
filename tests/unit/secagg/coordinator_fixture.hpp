#pragma once
// The coordinator of three sites, driven by step() alone. The test plays the sites.

#include <gtest/gtest.h>

#include <stdexcept>

#include "harness.hpp"
#include "mask_key.hpp"
#include "signing.hpp"

namespace fedloom::secagg {

using test::find;

class CoordinatorTest : public testing::Test {
 protected:
  CoordinatorTest() { restart(); }
  /// A fresh coordinator, for tests that end more than one.
  void restart() {
    protocol_ = std::make_unique<CoordinatorProtocol>(CoordinatorSetup{.roster = world_.roster,
                                                                       .quorum = world_.quorum,
                                                                       .run = world_.run,
                                                                       .domain = world_.domain,
                                                                       .join_limit = Millis(1000),
                                                                       .reply_limit = Millis(2000)});
    step(CoordinatorStart{});
  }
  std::vector<CoordinatorAction>& step(CoordinatorEvent&& event) {
    actions_ = protocol_->step(std::move(event), clock_.now());
    return actions_;
  }
  std::vector<CoordinatorAction>& receive(Endpoint from, Message message) {
    return step(ReceivedFrom{from, std::move(message)});
  }
  template <class T>
  std::vector<Endpoint> sent_to() const {
    std::vector<Endpoint> out;
    for (const auto& action : actions_) {
      const auto* send = std::get_if<SendTo>(&action);
      if (send != nullptr && std::holds_alternative<T>(send->message)) out.push_back(send->to);
    }
    return out;
  }
  template <class T>
  const T& first_sent() const {
    for (const auto& action : actions_) {
      const auto* send = std::get_if<SendTo>(&action);
      if (send != nullptr && std::holds_alternative<T>(send->message)) return std::get<T>(send->message);
    }
    throw std::logic_error("no such message");
  }
  void expect_failed(const std::string& word, const std::vector<std::size_t>& places) {
    const auto* failed = find<Failed>(actions_);
    ASSERT_NE(failed, nullptr);
    EXPECT_NE(failed->reason.find(word), std::string::npos) << failed->reason;
    std::vector<SiteId> ids;
    for (const auto place : places) ids.push_back(world_.roster.members()[place].id);
    EXPECT_EQ(failed->sites, ids);
    EXPECT_TRUE(std::holds_alternative<Failed>(actions_.back()));
    EXPECT_STREQ(protocol_->state(), "Failed");
    EXPECT_TRUE(protocol_->waiting_for().empty());
    EXPECT_TRUE(receive(1, join(0)).empty());
  }

  privacy::LedgerHead head(std::size_t place, std::uint64_t entries) const {
    privacy::LedgerHead out{.entries = entries, .hash = sha256("entry")};
    out.signature = world_.keys[place].sign(privacy::ledger_head_message(out));
    return out;
  }
  Join unsigned_join(std::size_t place) const {
    return {.run = world_.run, .last_session = 4, .booked_rho = 0.5, .head = head(place, 3)};
  }
  Join join(std::size_t place) const {
    Join message = unsigned_join(place);
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  Advertise advertise(std::size_t place, std::uint32_t session = 5) {
    Advertise message{.session = session, .session_key = MaskKey(random_).public_key()};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  /// The words that every share is made of here.
  static std::vector<std::uint64_t> words(std::size_t length) {
    return std::vector<std::uint64_t>(length, std::uint64_t{1} << 62);
  }
  ShareMessage share(std::size_t place, std::uint32_t round = 1, std::size_t length = 47,
                     std::uint32_t attempt = 4) const {
    return share_of(place, world_.plan(round, attempt), length);
  }
  ShareMessage share_of(std::size_t place, const boundary::RoundPlan& plan, std::size_t length = 47) const {
    ShareMessage message{.id = {5, plan.round, plan.attempt},
                         .plan = plan_hash(plan),
                         .words = length,
                         .head = head(place, 4),
                         .booked_rho = 0.75};
    for (std::uint32_t index = 0; index < chunk_count(length); ++index) {
      message.chunks.push_back(chunk_hash(words(chunk_range(length, index).count)));
    }
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  static ShareChunk chunk(std::size_t length = 47, std::uint32_t index = 0) {
    return {{5, 1, 4}, index, boundary::MaskedShare::from_wire(words(chunk_range(length, index).count))};
  }
  /// The announcement and its one chunk.
  void send_share(std::size_t place) {
    const auto from = static_cast<Endpoint>(place + 1);
    receive(from, share(place));
    receive(from, chunk());
  }
  Refuse refuse(std::size_t place, RefusalCode code, std::uint32_t session = 5) const {
    Refuse message{.session = session, .round = 1, .code = code};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  Goodbye goodbye(std::size_t place, bool finished = true) const {
    std::vector<SiteHead> heads;
    for (std::size_t i = 0; i < 3; ++i) heads.push_back({world_.keys[i].public_key(), head(i, 3)});
    Goodbye message{.session = 5, .closing = closing_hash(heads, public_ledger_hash(ledger_), finished)};
    sign(message, world_.keys[place], world_.run);
    return message;
  }

 public:
  void to_keying() {
    for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), join(i));
  }
  void to_idle() {
    to_keying();
    for (std::size_t i = 0; i < 3; ++i) receive(static_cast<Endpoint>(i + 1), advertise(i));
  }
  void to_summing() {
    to_idle();
    step(StartRound{world_.plan(1)});
  }
  void to_closing(bool finished) {
    to_idle();
    step(CloseSession{finished, ledger_});
  }

 protected:
  test::World world_{3};
  std::vector<privacy::PublicSpend> ledger_{world_.spend(world_.plan(1))};
  test::SplitMixRandom random_{21};
  test::ManualClock clock_;
  std::unique_ptr<CoordinatorProtocol> protocol_;
  std::vector<CoordinatorAction> actions_;
};

}  // namespace fedloom::secagg
