#pragma once
// Drives the site's half of a federated run: carries out what SiteProtocol asks for with a real transport, disk,
// ledger, table and noise.

#include <atomic>
#include <optional>

#include "fedloom/secagg/site_protocol.hpp"
#include "fedloom/site/audit_log.hpp"
#include "fedloom/site/plan_answerer.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::site {

/// Everything that can be wrong before the coordinator hears of this site: policy, roster, approval.
/// Nothing when all is well.
std::optional<Refusal> check_before_joining(const SiteRun& run);

/// Says no before joining, signed, so that the coordinator can name this site and the run ends at once.
void refuse_to_join(const SiteRun& run, secagg::RefusalCode code, transport::Transport& transport);

enum class SiteOutcome { finished, stopped, aborted };
struct SiteResult {
  SiteOutcome outcome = SiteOutcome::aborted;
  std::string reason;  ///< public
  std::optional<secagg::RefusalCode> refusal;
};

/// What the audit log calls the end of a run: what this site said no to is a refusal, and not only an end.
AuditKind audit_kind(const SiteResult& result) noexcept;

/// Longest that anybody who lives may be silent in a run: for joining, replies and a fit.
Millis longest_silence(const config::Experiment& experiment) noexcept;

/// Sleeps until a power of two of public ticks after `started`: how long the table took to read, or how soon it was
/// refused, is private.
void wait_for_join_tick(const config::Experiment& experiment, Instant started);

/// To the end of the run. What the protocol expects to happen is in the result; a broken disk or ledger throws.
/// `stop`: set by a signal; the site then leaves if the coordinator does not close the session soon.
/// `started`: when this program began; the site joins a power of two of public ticks later.
SiteResult run_site(const SiteRun& run, PlanAnswerer& answerer, SiteLog& log, transport::Transport& transport,
                    const std::atomic<bool>& stop, Instant started);

}  // namespace fedloom::site
