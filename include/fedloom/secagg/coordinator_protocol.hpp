#pragma once
// The coordinator's half of the protocol: events in, actions out. No clock, thread, socket or file inside.
//
//   Gathering (Join) ──▶ Keying (Advertise) ──▶ Idle
//
// All or nothing (no dropouts), every site of the roster:
//   Idle ──StartRound──▶ Summing (shares) ──RoundSummed──▶ Idle … ──Close──▶ Closing ──▶ Closed
// With recovery, at least n − u sites at each step:
//   Idle ──StartRound──▶ Offering (keys) ──▶ Summing (shares) ──▶ Agreeing (signatures under the survivors) ──▶
//   Unmasking (shares of secrets) ──RoundSummed──▶ Idle
//
// Every wait has a deadline; half-way those waited for are asked again. All or nothing: when it passes, Failed names
// the sites that were waited for. With recovery they are set aside (SiteLost), and the round goes on while there are
// enough; else it ends in Failed where nobody has paid for it yet, or in RoundLost. A site that was late is not waited
// for again until it speaks; one that has restarted joins again and is taken in with the next round, in a new session.
// Before Failed, Abort is sent to every endpoint that has been heard from. CloseSession{finished: false} may come in
// the middle of a round, which is then lost; before the first round it ends in Failed. A Refuse{stopping} that crosses
// a CloseRun{finished: false} counts as the site's goodbye, with a zero signature; so does the silence of a site that
// was lost, as long as enough others have signed. After the end every event is ignored.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/quorum.hpp"
#include "fedloom/boundary/exact_totals.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::secagg {

/// Where a message came from: the transport's number for a connection (MPI: the rank). Says nothing of identity.
using Endpoint = std::uint32_t;

struct CoordinatorSetup {
  Roster roster;
  Quorum quorum;  ///< its sites are the roster's; the run's configuration hash covers it
  RunContext run;
  schema::Domain domain;  ///< a share's length must be the plan's
  Millis join_limit{120000};
  Millis reply_limit{300000};
  unsigned threads = 1;  ///< for taking off masks
};

// Events
struct CoordinatorStart {};
struct ReceivedFrom {
  Endpoint from;
  Message message;
};
/// Bytes that did not decode, or a peer that the transport lost.
struct Garbled {
  Endpoint from;
};
struct CoordinatorTimer {};
/// The plan's attempt is set here: session − 1, so that no context and no ledger entry is used twice in a run.
struct StartRound {
  boundary::RoundPlan plan;
};
struct CloseSession {
  bool finished;
  std::vector<privacy::PublicSpend> public_ledger;
};
using CoordinatorEvent =
    std::variant<CoordinatorStart, ReceivedFrom, Garbled, CoordinatorTimer, StartRound, CloseSession>;

// Actions, in order
struct SendTo {
  Endpoint to;
  Message message;
};
struct SetCoordinatorTimer {
  Instant at;
};
/// Keys exchanged: rounds may start. `joined` in roster order: what each site's past says. Comes once.
struct SessionReady {
  std::uint32_t session;
  std::vector<Join> joined;
};
/// Noised, unmasked, public: the sum over `survivors`. `booked`: the largest ρ that a site has booked in the run.
struct RoundSummed {
  boundary::RoundPlan plan;
  boundary::Total total;
  std::vector<SiteId> survivors;
  double booked = 0;
};
/// The same of a plan that asks for exact totals: not public. Never with recovery.
struct ExactSummed {
  boundary::RoundPlan plan;
  boundary::ExactTotals totals;
  std::vector<SiteId> survivors;
  double booked = 0;
};
/// Recovery: too few sites were left after the plan was answered. Sites may have paid for it; nothing is known of it.
struct RoundLost {
  boundary::RoundPlan plan;
  std::string reason;
};
/// Recovery: a site is set aside, for a round or for good.
struct SiteLost {
  SiteId site;
  std::string reason;
};
/// The newest head of every site that was heard, in roster order, and the sites' signed acknowledgements; with a zero
/// signature that of a site that was lost.
struct SessionClosed {
  std::uint32_t session;
  std::vector<SiteHead> heads;
  std::vector<Goodbye> goodbyes;
};
struct Failed {
  std::string reason;
  std::vector<SiteId> sites;
};
using CoordinatorAction = std::variant<SendTo, SetCoordinatorTimer, SessionReady, RoundSummed, ExactSummed, RoundLost,
                                       SiteLost, SessionClosed, Failed>;

class CoordinatorProtocol {
 public:
  explicit CoordinatorProtocol(CoordinatorSetup setup);
  ~CoordinatorProtocol();
  CoordinatorProtocol(CoordinatorProtocol&&) noexcept;
  std::vector<CoordinatorAction> step(CoordinatorEvent&& event, Instant now);
  const char* state() const noexcept;
  /// Sites the protocol is waiting for now, for a progress line.
  std::vector<SiteId> waiting_for() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::secagg
