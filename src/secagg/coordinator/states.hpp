#pragma once
// The states of the coordinator, each in its own file. A message that a state does not name is out of turn; a request
// of the coordinator's own program that it does not name is a defect and aborts.

#include "../mask_maker.hpp"
#include "desk.hpp"

namespace fedloom::secagg::coordinator {

class State {
 public:
  virtual ~State() = default;
  virtual const char* name() const noexcept = 0;
  virtual bool ended() const noexcept { return false; }
  virtual Places waiting_for(const Desk&) const { return {}; }
  virtual Next on_message(Desk& desk, Endpoint from, Message&& message);
  virtual Next on_start(Desk& desk, StartRound&& start);
  virtual Next on_close(Desk& desk, const CloseSession& close);
  /// Bytes that are no message, or a connection that is gone.
  Next on_garbled(Desk& desk, Endpoint from);
  /// The deadline has passed: sets aside those waited for, or fails with their names.
  Next on_due(Desk& desk);
  /// Half of the wait is over.
  void ask_again(Desk& desk) const;

 protected:
  State() = default;
  /// Goes on when nobody is waited for any more.
  virtual Next advance(Desk&) { return nullptr; }
  /// Says to one site again what it was asked.
  virtual void ask(Desk&, std::size_t) const {}
  /// Sites are lost from here on, and not the run with them.
  virtual bool may_lose(const Desk& desk) const { return desk.can_lose(); }
  /// Sites have been set aside: what they had given so far may have to go.
  virtual void forget(Desk&, const Places&) {}
  /// A connection from which nobody has joined is gone.
  virtual Next on_stranger_lost(Desk&, Endpoint) { return nullptr; }
  /// A message that cannot be taken: fails, or sets its sender aside.
  Next reject(Desk& desk, const Rejection& rejection);
  /// Sets a site aside, or fails.
  Next lose(Desk& desk, std::size_t place, Standing standing, const std::string& reason);
  Next on_refusal(Desk& desk, Endpoint from, const Refuse& refusal);

 private:
  Next on_join_again(Desk& desk, Endpoint from, Join&& join);
  Next take_late(Desk& desk, Endpoint from, const Message& message);
};

/// Why a site's first or later Join cannot be taken.
std::optional<std::string> problem_with(const Desk& desk, const Join& join, std::size_t place);

/// Waits for every site's Join; with recovery, at the deadline, for enough.
class Gathering final : public State {
 public:
  static Next enter(Desk& desk);
  const char* name() const noexcept override { return "Gathering"; }
  Places waiting_for(const Desk& desk) const override { return desk.standing_as(Standing::unheard); }
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;
  Next on_close(Desk& desk, const CloseSession& close) override;

 private:
  Next advance(Desk& desk) override;
  bool may_lose(const Desk& desk) const override { return desk.quorum().recovers(); }
  Next on_stranger_lost(Desk& desk, Endpoint from) override;
  Next on_join(Desk& desk, Endpoint from, Join&& join);
  std::set<Endpoint> lost_;  ///< before anyone had joined from there
};

/// Has opened a session; waits for the session keys.
class Keying final : public State {
 public:
  /// `plan`: of the round that is to start in the new session; none at first.
  static Next enter(Desk& desk, std::optional<boundary::RoundPlan>&& plan);
  Keying(std::size_t sites, std::optional<boundary::RoundPlan>&& plan) : keys_(sites), plan_(std::move(plan)) {}
  const char* name() const noexcept override { return "Keying"; }
  Places waiting_for(const Desk& desk) const override;
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;
  Next on_close(Desk& desk, const CloseSession& close) override;

 private:
  Next advance(Desk& desk) override;
  void ask(Desk& desk, std::size_t place) const override;
  void forget(Desk& desk, const Places& places) override;
  std::vector<std::optional<Advertise>> keys_;  ///< by place
  std::optional<boundary::RoundPlan> plan_;
};

/// Between rounds.
class Idle final : public State {
 public:
  const char* name() const noexcept override { return "Idle"; }
  Next on_start(Desk& desk, StartRound&& start) override;
  Next on_close(Desk& desk, const CloseSession& close) override;
};

/// One round as the coordinator knows it.
struct Round {
  boundary::RoundPlan plan;
  Digest plan_hash{};
  RoundId id;
  std::vector<SiteHead> heads;  ///< sent with the plan: whoever is asked again hears the same bytes again
  std::uint64_t length = 0;
  Places places;                             ///< who takes part; with recovery, who has offered
  std::vector<std::optional<Offer>> offers;  ///< by place; recovery only
  std::vector<std::uint64_t> sum;            ///< masked until every share is in
  std::vector<std::uint32_t> survivors;      ///< whose shares are in the sum
  Digest agreement{};
};
using RoundPtr = std::unique_ptr<Round>;

/// In the session that is open.
Next begin_round(Desk& desk, boundary::RoundPlan&& plan);
/// Ends a round for which sites may have paid.
Next lose_round(Desk& desk, Round& round, const std::string& reason);
/// The masks are gone.
Next finish_round(Desk& desk, Round& round);
/// "only 2 of 5 sites are left, and 3 are needed"
std::string too_few(const Desk& desk, std::size_t left);
/// Ends the run for that.
Next fail_with(Desk& desk, std::size_t left, const Places& about);

/// In the middle of a round.
class InRound : public State {
 public:
  explicit InRound(RoundPtr&& round) : round_(std::move(round)) {}
  Next on_close(Desk& desk, const CloseSession& close) override;

 protected:
  /// Checks id and author of an answer. None: it is of an earlier round and is let go.
  template <class T>
  std::optional<std::variant<std::size_t, Rejection>> answer_of(const Desk& desk, const T& message,
                                                                Endpoint from) const {
    if (message.id < round_->id) return std::nullopt;
    auto who = desk.author(message, from);
    if (std::holds_alternative<std::size_t>(who) && message.id != round_->id) {
      return desk.out_of_turn("something of another round or attempt", name(), from);
    }
    return who;
  }
  RoundPtr round_;
};

/// Recovery: waits for keys and shares of their secrets.
class Offering final : public InRound {
 public:
  static Next enter(Desk& desk, RoundPtr&& round);
  explicit Offering(RoundPtr&& round) : InRound(std::move(round)) {}
  const char* name() const noexcept override { return "Offering"; }
  Places waiting_for(const Desk& desk) const override;
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;

 private:
  Next on_offer(Desk& desk, Endpoint from, Offer&& offer);
  Next advance(Desk& desk) override;
  void ask(Desk& desk, std::size_t place) const override;
  void forget(Desk& desk, const Places& places) override;
};

/// Adds up the shares of one round, chunk by chunk as they come.
class Summing final : public InRound {
 public:
  static Next enter(Desk& desk, RoundPtr&& round);
  Summing(RoundPtr&& round, std::size_t sites) : InRound(std::move(round)), streams_(sites) {}
  const char* name() const noexcept override { return "Summing"; }
  Places waiting_for(const Desk& desk) const override;
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;

 private:
  struct Stream {
    std::optional<ShareMessage> announced;
    std::uint32_t next = 0;  ///< chunk that is added next
    bool lost = false;       ///< its site was set aside in this round
    bool is_complete() const { return announced && next == announced->chunks.size(); }
  };
  Next on_share(Desk& desk, Endpoint from, ShareMessage&& share);
  Next on_chunk(Desk& desk, Endpoint from, const ShareChunk& chunk);
  Next advance(Desk& desk) override;
  void ask(Desk& desk, std::size_t place) const override;
  void forget(Desk& desk, const Places& places) override;
  std::vector<Stream> streams_;  ///< by place
};

/// Recovery: waits for enough signatures under the list of survivors.
class Agreeing final : public InRound {
 public:
  static Next enter(Desk& desk, RoundPtr&& round);
  Agreeing(RoundPtr&& round, std::size_t sites) : InRound(std::move(round)), agreed_(sites) {}
  const char* name() const noexcept override { return "Agreeing"; }
  Places waiting_for(const Desk& desk) const override;
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;

 private:
  Next advance(Desk& desk) override;
  void ask(Desk& desk, std::size_t place) const override;
  std::vector<std::optional<Agree>> agreed_;  ///< by place
};

/// Recovery: waits for enough shares of the secrets, and takes the masks off.
class Unmasking final : public InRound {
 public:
  static Next enter(Desk& desk, RoundPtr&& round, Proof&& proof);
  Unmasking(RoundPtr&& round, Proof&& proof, std::size_t sites)
      : InRound(std::move(round)), proof_(std::move(proof)), shown_(sites) {}
  const char* name() const noexcept override { return "Unmasking"; }
  Places waiting_for(const Desk& desk) const override;
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;

 private:
  Next advance(Desk& desk) override;
  void ask(Desk& desk, std::size_t place) const override;
  std::optional<std::string> problem_with(const Desk& desk, const Unmask& message, std::size_t place) const;
  /// Puts the secrets together and takes the masks off. Gives whose shares do not fit together.
  std::optional<std::size_t> open_sum(Desk& desk);
  Proof proof_;
  std::vector<std::optional<Unmask>> shown_;  ///< by place
};

/// Waits for the sites' signed goodbyes.
class Closing final : public State {
 public:
  static Next enter(Desk& desk, const CloseSession& close);
  Closing(CloseRun&& said, const Digest& closing, std::size_t sites)
      : said_(std::move(said)), closing_(closing), goodbyes_(sites) {}
  const char* name() const noexcept override { return "Closing"; }
  Places waiting_for(const Desk& desk) const override;
  Next on_message(Desk& desk, Endpoint from, Message&& message) override;

 private:
  Next on_goodbye(Desk& desk, Endpoint from, Goodbye&& goodbye);
  Next on_no(Desk& desk, Endpoint from, const Refuse& refusal);
  Next take(Desk& desk, std::size_t place, Goodbye&& goodbye);
  Next advance(Desk& desk) override;
  void ask(Desk& desk, std::size_t place) const override;
  CloseRun said_;
  Digest closing_;                                ///< what each goodbye must acknowledge
  std::vector<std::optional<Goodbye>> goodbyes_;  ///< by place
};

/// Closed or Failed.
class Ended final : public State {
 public:
  explicit Ended(const char* name) : name_(name) {}
  const char* name() const noexcept override { return name_; }
  bool ended() const noexcept override { return true; }

 private:
  const char* name_;
};

}  // namespace fedloom::secagg::coordinator
