#pragma once
// The states of a site, each in its own file. A message that a state does not name breaks the protocol; an answer of
// the site's own program that it does not name is a defect and aborts.

#include "../mask_maker.hpp"
#include "conversation.hpp"

namespace fedloom::secagg::site {

class State {
 public:
  virtual ~State() = default;
  virtual const char* name() const noexcept = 0;
  virtual bool ended() const noexcept { return false; }
  virtual Next on_message(Conversation& talk, Message&& message);
  virtual Next on_share(Conversation& talk, SharePrepared&& prepared);
  virtual Next on_no(Conversation& talk, PlanRefused refused);
  virtual Next on_stored(Conversation& talk);
  /// The time last asked for has come.
  virtual Next on_due(Conversation& talk);

 protected:
  State() = default;
};

/// What lasts from KeyList to the end of a session.
struct Session {
  explicit Session(SessionKeys&& keys) : masks(std::move(keys)) {}
  MaskMaker masks;
  std::uint32_t round = 0;    ///< of the newest plan
  std::uint32_t attempt = 0;  ///< of the newest plan
  Digest plan{};              ///< plan_hash of the newest plan
};
using SessionPtr = std::unique_ptr<Session>;

/// CloseRun in any state of an open session. Not `finished` may come in the middle of a round.
Next close(Conversation& talk, const CloseRun& message);

/// Says Join; waits for OpenSession.
class Joining final : public State {
 public:
  static Next start(Conversation& talk);
  const char* name() const noexcept override { return "Joining"; }
  Next on_message(Conversation& talk, Message&& message) override;
};

/// Has sent its mask key; waits for everyone's.
class Advertised final : public State {
 public:
  explicit Advertised(MaskKey&& key) : key_(std::move(key)) {}
  const char* name() const noexcept override { return "Advertised"; }
  Next on_message(Conversation& talk, Message&& message) override;

 private:
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
  Next on_plan(Conversation& talk, PlanMessage&& message);
  SessionPtr session_;
};

/// The site's program checks the plan, counts, pays and noises.
class Preparing final : public State {
 public:
  Preparing(SessionPtr&& session, Instant arrived) : session_(std::move(session)), arrived_(arrived) {}
  const char* name() const noexcept override { return "Preparing"; }
  Next on_message(Conversation& talk, Message&& message) override;
  Next on_share(Conversation& talk, SharePrepared&& prepared) override;
  Next on_no(Conversation& talk, PlanRefused refused) override;

 private:
  SessionPtr session_;
  Instant arrived_;
};

/// The sealed bytes are on their way to the site's disk.
class Sealing final : public State {
 public:
  Sealing(SessionPtr&& session, Instant arrived, ShareMessage&& share)
      : session_(std::move(session)), arrived_(arrived), share_(std::move(share)) {}
  const char* name() const noexcept override { return "Sealing"; }
  Next on_message(Conversation& talk, Message&& message) override;
  Next on_stored(Conversation& talk) override;

 private:
  SessionPtr session_;
  Instant arrived_;
  ShareMessage share_;
};

/// The sealed bytes are on disk; they leave on the public tick.
class Waiting final : public State {
 public:
  Waiting(SessionPtr&& session, ShareMessage&& share) : session_(std::move(session)), share_(std::move(share)) {}
  const char* name() const noexcept override { return "Waiting"; }
  Next on_message(Conversation& talk, Message&& message) override;
  Next on_due(Conversation& talk) override;

 private:
  SessionPtr session_;
  ShareMessage share_;
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
