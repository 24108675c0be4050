#pragma once
// The coordinator's half of the protocol: events in, actions out. No clock, thread, socket or file inside.
//
//   Gathering (Join from every roster member) ──▶ Keying (Advertise from all) ──▶ Idle ──StartRound──▶
//   Summing (a share from every site, by the deadline) ──RoundSummed──▶ Idle … ──Close──▶ Closing ──▶ Closed
//
// Every wait has a deadline; when it passes, Failed names the sites that were waited for. Before Failed, Abort is
// sent to every endpoint that has been heard from. CloseSession{finished: false} may come in the middle of a
// round, which is then lost (the sites keep their stored shares); before the first round it ends in Failed.
// A Refuse{stopping} that crosses a CloseRun{finished: false} counts as the site's goodbye, with a zero
// signature. After the end every event is ignored.

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/clock.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::secagg {

/// Where a message came from: the transport's number for a connection (MPI: the rank). Says nothing of identity.
using Endpoint = std::uint32_t;

struct CoordinatorSetup {
  Roster roster;
  RunContext run;
  schema::Domain domain;  ///< a share's length must be the plan's
  Millis join_limit{120000};
  Millis reply_limit{300000};
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
/// All keys exchanged: rounds may start. `joined` in roster order: what each site's past says.
struct SessionReady {
  std::uint32_t session;
  std::vector<Join> joined;
};
/// Noised, unmasked, public. `heads` and `booked` in roster order.
struct RoundSummed {
  boundary::RoundPlan plan;
  boundary::Total total;
  std::vector<SiteHead> heads;
  std::vector<double> booked;
};
/// In roster order; the Goodbyes are the sites' signed acknowledgements.
struct SessionClosed {
  std::vector<SiteHead> heads;
  std::vector<Goodbye> goodbyes;
};
struct Failed {
  std::string reason;
  std::vector<SiteId> sites;
};
using CoordinatorAction = std::variant<SendTo, SetCoordinatorTimer, SessionReady, RoundSummed, SessionClosed, Failed>;

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
