#pragma once
// The states of a site, each in its own file. A message that a state does not name breaks the protocol; an answer of
// the site's own program that it does not name is a defect and aborts.

#include "../mask_maker.hpp"
#include "../share_box.hpp"
#include "conversation.hpp"

namespace fedloom::secagg::site {

class State {
 public:
  virtual ~State() = default;
  virtual const char* name() const noexcept = 0;
  virtual bool ended() const noexcept { return false; }
  /// What comes is kept for later: the site's own program is at work, or has ended its work and waits for the public
  /// tick. An answer at once, whatever to, would tell when counting ended.
  virtual bool is_silent() const noexcept { return false; }
  virtual Next on_message(Conversation& talk, Message&& message);
  virtual Next on_share(Conversation& talk, SharePrepared&& prepared);
  virtual Next on_no(Conversation& talk, PlanRefused refused);
  virtual Next on_stored(Conversation& talk);
  virtual Next on_decision_stored(Conversation& talk);
  /// The time last asked for has come.
  virtual Next on_due(Conversation& talk);

 protected:
  State() = default;
};

/// What lasts from KeyList to the end of a session.
struct Session {
  std::vector<std::size_t> members;     ///< places in the roster
  std::vector<PublicKey> session_keys;  ///< by place; of members only
  std::vector<SecretBytes> shared;      ///< by place: X25519 of the session keys, its own place included
  MaskMaker masks;
  RoundId newest;  ///< of the newest plan
  Digest plan{};   ///< its plan_hash
};
using SessionPtr = std::unique_ptr<Session>;

/// Recovery: what this site knows of one round. The other sites' shares of their secrets are here and nowhere else:
/// with the process they are gone.
struct Round {
  explicit Round(RandomWords& random) : mask_key(random) { random.fill(self_seed.writable()); }
  boundary::RoundPlan plan;
  MaskKey mask_key;                   ///< s
  SecretBytes self_seed;              ///< b
  std::vector<std::uint32_t> places;  ///< whom the coordinator dealt to; the lists below are in the same order
  std::vector<Party> parties;
  std::vector<SharePair> held;  ///< this site's shares of their secrets
  Digest deal{};                ///< deal_hash
  std::vector<std::uint32_t> survivors;
  Digest agreement{};  ///< what this site has signed
};
using RoundPtr = std::unique_ptr<Round>;  ///< none without recovery

/// CloseRun in any state of an open session. Not `finished` may come in the middle of a round.
Next close(Conversation& talk, const CloseRun& message);
/// OpenSession, at first or after the coordinator or a site came back.
Next open_session(Conversation& talk, const OpenSession& message);
/// A plan: asks the site's program for a share, or with recovery offers keys first.
Next begin_round(Conversation& talk, SessionPtr&& session, PlanMessage&& message);

/// Says Join; waits for OpenSession.
class Joining final : public State {
 public:
  static Next start(Conversation& talk);
  const char* name() const noexcept override { return "Joining"; }
  Next on_message(Conversation& talk, Message&& message) override;
};

/// Has sent its session key; waits for everyone's.
class Advertised final : public State {
 public:
  explicit Advertised(MaskKey&& key) : key_(std::move(key)) {}
  const char* name() const noexcept override { return "Advertised"; }
  Next on_message(Conversation& talk, Message&& message) override;

 private:
  Next on_other(Conversation& talk, Message&& message);
  MaskKey key_;
};

/// Has the keys; waits for a plan or the end.
class Ready final : public State {
 public:
  static Next enter(Conversation& talk, SessionPtr&& session);
  explicit Ready(SessionPtr&& session) : session_(std::move(session)) {}
  const char* name() const noexcept override { return "Ready"; }
  Next on_message(Conversation& talk, Message&& message) override;

 private:
  SessionPtr session_;
};

/// In the middle of a round.
class InRound : public State {
 public:
  /// A stop; with recovery also the end, the next plan or the next session, for a site that was left behind.
  Next on_message(Conversation& talk, Message&& message) override;

 protected:
  InRound(SessionPtr&& session, RoundPtr&& round) : session_(std::move(session)), round_(std::move(round)) {}
  /// True when the message is of this very round.
  bool is_current(const RoundId& id) const noexcept { return id == session_->newest; }
  Digest context(const Conversation& talk) const { return context_hash(talk.setup().run, session_->newest); }
  SessionPtr session_;
  RoundPtr round_;
};

/// Recovery: has offered keys and shares; waits for what the others offered.
class Offered final : public InRound {
 public:
  static Next enter(Conversation& talk, SessionPtr&& session, boundary::RoundPlan&& plan);
  Offered(SessionPtr&& session, RoundPtr&& round) : InRound(std::move(session), std::move(round)) {}
  const char* name() const noexcept override { return "Offered"; }
  Next on_message(Conversation& talk, Message&& message) override;

 private:
  Next on_deal(Conversation& talk, const Deal& deal);
};

/// The site's program checks the plan, counts, pays and noises.
class Preparing final : public InRound {
 public:
  static Next enter(Conversation& talk, SessionPtr&& session, RoundPtr&& round, boundary::RoundPlan&& plan);
  Preparing(SessionPtr&& session, RoundPtr&& round, Instant arrived)
      : InRound(std::move(session), std::move(round)), arrived_(arrived) {}
  const char* name() const noexcept override { return "Preparing"; }
  bool is_silent() const noexcept override { return true; }
  Next on_share(Conversation& talk, SharePrepared&& prepared) override;
  Next on_no(Conversation& talk, PlanRefused refused) override;

 private:
  boundary::Mask make_mask(const Conversation& talk);
  Instant arrived_;
};

/// The sealed bytes are on their way to the site's disk.
class Sealing final : public InRound {
 public:
  Sealing(SessionPtr&& session, RoundPtr&& round, Instant arrived)
      : InRound(std::move(session), std::move(round)), arrived_(arrived) {}
  const char* name() const noexcept override { return "Sealing"; }
  bool is_silent() const noexcept override { return true; }
  Next on_stored(Conversation& talk) override;

 private:
  Instant arrived_;
};

/// The sealed bytes are on disk; they leave on the public tick.
class Waiting final : public InRound {
 public:
  Waiting(SessionPtr&& session, RoundPtr&& round) : InRound(std::move(session), std::move(round)) {}
  const char* name() const noexcept override { return "Waiting"; }
  bool is_silent() const noexcept override { return true; }
  Next on_due(Conversation& talk) override;
};

/// Recovery: has sent its share; waits for the list of survivors.
class Masked final : public InRound {
 public:
  Masked(SessionPtr&& session, RoundPtr&& round) : InRound(std::move(session), std::move(round)) {}
  const char* name() const noexcept override { return "Masked"; }
  Next on_message(Conversation& talk, Message&& message) override;

 private:
  Next on_survivors(Conversation& talk, Survivors&& message);
};

/// Recovery: has signed a list of survivors; waits until enough others have signed the same.
class Agreed final : public InRound {
 public:
  Agreed(SessionPtr&& session, RoundPtr&& round) : InRound(std::move(session), std::move(round)) {}
  const char* name() const noexcept override { return "Agreed"; }
  Next on_message(Conversation& talk, Message&& message) override;

 private:
  Next on_proof(Conversation& talk, const Proof& proof);
};

/// Recovery: what it will show is on its way to disk.
class Deciding final : public InRound {
 public:
  Deciding(SessionPtr&& session, RoundPtr&& round) : InRound(std::move(session), std::move(round)) {}
  const char* name() const noexcept override { return "Deciding"; }
  bool is_silent() const noexcept override { return true; }
  Next on_decision_stored(Conversation& talk) override;
};

/// Closed or Aborted.
class Ended final : public State {
 public:
  explicit Ended(const char* name) : name_(name) {}
  const char* name() const noexcept override { return name_; }
  bool ended() const noexcept override { return true; }

 private:
  const char* name_;
};

}  // namespace fedloom::secagg::site
