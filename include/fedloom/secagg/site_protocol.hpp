#pragma once
// The site's half of the protocol: events in, actions out. No clock, thread, socket or file inside.
//
//   Joining ──OpenSession──▶ Advertised ──KeyList──▶ Ready
//
// All or nothing (no dropouts):
//   Ready ──PlanMessage──▶ Preparing ──SharePrepared──▶ Sealing (waits for SealStored) ──▶ Waiting (for the public
//   tick) ──timer──▶ Ready … ──CloseRun──▶ Closed
// With recovery:
//   Ready ──PlanMessage──▶ Offered ──Deal──▶ Preparing ─▶ Sealing ─▶ Waiting ──timer──▶ Masked ──Survivors──▶ Agreed
//   ──Proof──▶ Deciding (waits for DecisionStored) ──▶ Ready
//
// Any message out of order, with a wrong signature, session, roster, config or context ends it in Aborted with a
// named reason, told to the coordinator in a signed Refuse. The one exception is the very message that was answered
// last: its stored answer is sent again, which costs nothing. A context is sealed at most once, and its shares are
// shown for one list of survivors at most: never both of one site.
// With recovery a site that was left behind takes the next plan or session wherever it stands in a round.
// StopRequested sends Refuse{stopping} and ends in SiteAborted{by_us, refusal: stopping}. CloseRun with
// finished = false is taken in the middle of a round too. A finished run whose public ledger leaves out anything
// that this site has booked in it gets no Goodbye. After the end every event is ignored.
// From Preparing to the public tick, and while Deciding, messages are kept and handled afterwards.

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/quorum.hpp"
#include "fedloom/base/random_words.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::secagg {

struct SiteSetup {
  const SigningKey* key = nullptr;  ///< outlives the protocol
  RandomWords* random = nullptr;    ///< outlives the protocol; for keys and shares
  Roster roster;
  Quorum quorum;  ///< its sites are the roster's; the run's configuration hash covers it
  RunContext run;
  Join resume;                               ///< what Join shall say of the past (key, run, signature are filled in)
  std::vector<privacy::PublicSpend> booked;  ///< what this site has paid for in this run so far
  Millis tick{250};                          ///< a share leaves 1, 2, 4, 8, … of these after its plan came: public
  Millis wait_limit{600000};                 ///< longest silence of the coordinator
  schema::Domain domain;                     ///< when it has attributes, a plan that does not fit it is refused unseen
};

// Events
struct Start {};
struct Received {
  Message message;
};
struct TimerFired {};
/// Answer to Prepare.
struct SharePrepared {
  std::variant<boundary::NoisedShare, boundary::ExactShare> share;
  privacy::LedgerHead head;
  double booked_rho = 0;
  std::optional<privacy::PublicSpend> paid;  ///< what was booked for it; none for a stored share
};
/// Answer to Prepare: this site says no.
struct PlanRefused {
  RefusalCode code;
};
/// Answer to StoreSealed: the bytes are on disk.
struct SealStored {};
/// Answer to StoreDecision: it is on disk.
struct DecisionStored {};
/// The person or the batch system wants this site to stop.
struct StopRequested {};
using SiteEvent =
    std::variant<Start, Received, TimerFired, SharePrepared, PlanRefused, SealStored, DecisionStored, StopRequested>;

// Actions, to be carried out in order
struct SendToCoordinator {
  Message message;
};
struct SetTimer {
  Instant at;
};  ///< replaces the one before
/// Session numbers must never be used twice: store before anything else of this session.
struct StoreSession {
  std::uint32_t session;
};
struct Prepare {
  boundary::RoundPlan plan;
};
/// Keep the announcement and the words: they are what SendSealed sends, and nothing else ever is for this context.
struct StoreSealed {
  Digest context;
  ShareMessage announcement;
  boundary::MaskedShare share;
};
/// Send the stored announcement, then its chunks in order, from disk.
struct SendSealed {
  Digest context;
};
/// Which survivors this site shows shares for, before it shows any. Throws when another decision of this context is
/// on disk.
struct StoreDecision {
  Digest context;
  Digest agreement;
};
/// Keep the peers' ledger heads (witness against rewriting).
struct StoreHeads {
  std::vector<SiteHead> heads;
};
struct SiteFinished {
  bool complete;
};  ///< complete: false when stopped to be resumed
struct SiteAborted {
  std::string reason;
  bool by_us = false;
  std::optional<RefusalCode> refusal;
};
using SiteAction = std::variant<SendToCoordinator, SetTimer, StoreSession, Prepare, StoreSealed, SendSealed,
                                StoreDecision, StoreHeads, SiteFinished, SiteAborted>;

class SiteProtocol {
 public:
  explicit SiteProtocol(SiteSetup setup);
  ~SiteProtocol();
  SiteProtocol(SiteProtocol&&) noexcept;
  std::vector<SiteAction> step(SiteEvent&& event, Instant now);
  const char* state() const noexcept;
  /// Messages are kept for later: a driver does best not to look for any.
  bool is_silent() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::secagg
