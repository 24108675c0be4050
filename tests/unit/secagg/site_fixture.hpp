#pragma once
// One site, driven by step() alone. The test plays the coordinator and the other sites.

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include "harness.hpp"
#include "mask_key.hpp"
#include "signing.hpp"

namespace fedloom::secagg {

using test::find;

class SiteTest : public testing::Test {
 public:
  void to_joining() { step(Start{}); }
  void to_advertised() {
    to_joining();
    receive(open());
    own_ = *sent<Advertise>();
  }
  void to_ready() {
    to_advertised();
    receive(key_list());
  }
  void to_preparing() {
    to_ready();
    receive(plan(1));
  }
  void to_sealing() {
    to_preparing();
    step(program().prepare(world_.plan(1)));
  }
  void to_waiting() {
    to_sealing();
    step(SealStored{});
  }
  /// From anywhere in its own work to behind the public tick; actions_ is all that it then did, but for the share that
  /// was due.
  void to_tick() {
    std::vector<SiteAction> done;
    const auto keep = [&] { std::ranges::move(actions_, std::back_inserter(done)); };
    if (std::string_view(protocol_->state()) == "Preparing") {
      step(prepared());
      keep();
    }
    if (std::string_view(protocol_->state()) == "Sealing") {
      step(SealStored{});
      keep();
    }
    clock_.advance(Millis(100));
    step(TimerFired{});
    keep();
    const auto due = std::ranges::find_if(done, [](const auto& it) { return std::holds_alternative<SendSealed>(it); });
    ASSERT_NE(due, done.end());
    done.erase(due);
    actions_ = std::move(done);
  }

 protected:
  virtual SharePrepared prepared() { return program().prepare(world_.plan(1)); }
  SiteTest() : SiteTest(Quorum{.sites = 3}) {}
  explicit SiteTest(const Quorum& quorum) : world_(quorum) { restart(); }
  /// A fresh site, for tests that end more than one.
  void restart(double booked = 0.5) {
    Join resume;
    resume.last_session = 2;
    resume.booked_rho = booked;
    protocol_ = std::make_unique<SiteProtocol>(SiteSetup{.key = &world_.keys[0],
                                                         .random = &random_,
                                                         .roster = world_.roster,
                                                         .quorum = world_.quorum,
                                                         .run = world_.run,
                                                         .resume = resume,
                                                         .tick = Millis(100),
                                                         .wait_limit = Millis(5000),
                                                         .domain = world_.domain});
    program_.reset();
    session_keys_.clear();
    for (std::size_t place = 0; place < world_.sites(); ++place) session_keys_.emplace_back(random_);
  }
  std::vector<SiteAction>& step(SiteEvent&& event) {
    actions_ = protocol_->step(std::move(event), clock_.now());
    return actions_;
  }
  /// Made when first asked for: its ledger is on disk.
  test::SiteProgram& program() {
    if (!program_) program_ = std::make_unique<test::SiteProgram>(world_, 0, 1);
    return *program_;
  }
  std::vector<SiteAction>& receive(Message message) { return step(Received{std::move(message)}); }
  /// Everything said in one step, encoded.
  std::vector<Bytes> said() const {
    std::vector<Bytes> out;
    for (const auto& action : actions_) {
      if (const auto* send = std::get_if<SendToCoordinator>(&action)) out.push_back(encode(send->message));
    }
    return out;
  }
  template <class T>
  const T* sent() {
    for (auto& action : actions_) {
      if (const auto* send = std::get_if<SendToCoordinator>(&action)) {
        if (const auto* found = std::get_if<T>(&send->message)) return found;
      }
    }
    return nullptr;
  }
  void expect_refused(RefusalCode code, const std::string& word) {
    const auto* refuse = sent<Refuse>();
    ASSERT_NE(refuse, nullptr) << protocol_->state();
    EXPECT_EQ(refuse->code, code);
    EXPECT_TRUE(is_genuine(*refuse, world_.run));
    const auto* aborted = find<SiteAborted>(actions_);
    ASSERT_NE(aborted, nullptr);
    EXPECT_TRUE(aborted->by_us);
    EXPECT_EQ(aborted->refusal, code);
    EXPECT_NE(aborted->reason.find(word), std::string::npos) << aborted->reason;
    EXPECT_STREQ(protocol_->state(), "Aborted");
    EXPECT_EQ(said().size(), 1U) << "nothing else leaves with a refusal";
    EXPECT_EQ(find<SendSealed>(actions_), nullptr);
    EXPECT_TRUE(receive(Abort{"later"}).empty());
  }

  OpenSession open(std::uint32_t session = 3) const { return {world_.run, session}; }
  Advertise advertise(std::size_t place, std::uint32_t session = 3) {
    Advertise message{.session = session, .session_key = session_keys_[place].public_key()};
    sign(message, world_.keys[place], world_.run);
    return message;
  }
  KeyList key_list() {
    KeyList list{3, {own_}};
    for (std::size_t place = 1; place < world_.sites(); ++place) list.keys.push_back(advertise(place));
    return list;
  }
  std::vector<SiteHead> heads() const {
    std::vector<SiteHead> out;
    for (const auto& key : world_.keys) {
      privacy::LedgerHead head{.entries = 1, .hash = sha256("entry")};
      head.signature = key.sign(privacy::ledger_head_message(head));
      out.push_back({key.public_key(), head});
    }
    return out;
  }
  PlanMessage plan(std::uint32_t round, std::uint32_t attempt = 0) const {
    return {3, world_.plan(round, attempt), heads()};
  }
  /// Costs 0.5, as the site has booked.
  static privacy::PublicSpend spend_of_half() {
    const privacy::NoiseScale noise{.variance_num = 1, .variance_shift = 0, .grid_bits = 0};
    return {.round = 1,
            .attempt = 0,
            .kind = "spend",
            .stage = "measure",
            .events = {privacy::GaussianEvent{.sensitivity = {1}, .site_noise = noise, .dimension = 1}}};
  }
  CloseRun close_run(bool finished) const { return {3, finished, heads(), {spend_of_half()}}; }

  test::World world_;
  test::SplitMixRandom random_{11};
  test::ManualClock clock_;
  std::unique_ptr<test::SiteProgram> program_;
  std::vector<MaskKey> session_keys_;  ///< by place; its own is what it advertised, not the one here
  std::unique_ptr<SiteProtocol> protocol_;
  std::vector<SiteAction> actions_;
  Advertise own_;
};

}  // namespace fedloom::secagg
