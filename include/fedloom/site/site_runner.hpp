#pragma once
// Drives the site's half of a run: carries out what SiteProtocol asks for with a real transport, disk, ledger,
// table and noise.

#include <atomic>
#include <memory>
#include <optional>

#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/secagg/site_protocol.hpp"
#include "fedloom/site/policy_check.hpp"
#include "fedloom/site/site_log.hpp"
#include "fedloom/site/site_state.hpp"
#include "fedloom/transport/transport.hpp"

namespace fedloom::site {

/// Where the random bits of noise and keys come from; programs give two SecureRandoms.
struct SiteRandom {
  RandomWords* noise = nullptr;
  RandomWords* keys = nullptr;
};

struct SiteRun {
  const config::SitePolicy* policy = nullptr;
  const config::Experiment* experiment = nullptr;
  const SigningKey* key = nullptr;
  std::string run_id;
  SiteRandom random;
  unsigned threads = 0;                         ///< for counting; 0: one per core
  const std::atomic<bool>* stop = nullptr;      ///< set by a signal: leave when the coordinator does not close soon
  privacy::Ledger::Timestamp timestamp;         ///< for ledger entries
};

/// Everything that can be wrong before the coordinator hears of this site: policy, roster, approval.
/// Nothing when all is well.
std::optional<Refusal> check_before_joining(const SiteRun& run);

enum class SiteOutcome { finished, stopped, aborted };
struct SiteResult {
  SiteOutcome outcome = SiteOutcome::aborted;
  std::string reason;  ///< public
  std::optional<secagg::RefusalCode> refusal;
};

class SiteRunner {
 public:
  /// `loaded`: the table, encoded and clipped to policy.max_rows per entity. Opens (and locks) the ledger.
  SiteRunner(SiteRun run, data::Loaded&& loaded, SiteLog& log);
  ~SiteRunner();
  /// To the end of the run. What the protocol expects to happen is in the result; a broken disk or ledger throws.
  SiteResult run(transport::Transport& transport);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Says no before joining, signed, so that the coordinator can name this site and the run ends at once.
void refuse_to_join(const SiteRun& run, secagg::RefusalCode code, transport::Transport& transport);

}  // namespace fedloom::site
