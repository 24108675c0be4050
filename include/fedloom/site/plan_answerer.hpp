#pragma once
// A site's private half of one round: check the plan, book it, count, add noise, keep the share. Used by the
// federated site (SiteRunner) and by the single owner (Curator).

#include <memory>
#include <optional>
#include <variant>

#include "fedloom/base/random_words.hpp"
#include "fedloom/boundary/candidate.hpp"
#include "fedloom/boundary/exact_share.hpp"
#include "fedloom/boundary/noised_share.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/privacy/accountant.hpp"
#include "fedloom/privacy/public_spend.hpp"
#include "fedloom/site/audit_log.hpp"
#include "fedloom/site/policy_check.hpp"
#include "fedloom/site/site_log.hpp"
#include "fedloom/site/site_state.hpp"

namespace fedloom::boundary {
class SiteInternalWire;
}

namespace fedloom::site {

/// One run as a site sees it.
struct SiteRun {
  const config::SitePolicy* policy = nullptr;
  const config::Experiment* experiment = nullptr;
  const SigningKey* key = nullptr;
  std::string run_id;
  RandomWords* random = nullptr;  ///< noise and keys; programs give a SecureRandom
  unsigned threads = 0;           ///< for counting; 0: one per core
  privacy::Ledger::Timestamp timestamp = utc_timestamp;
  AuditLog* audit = nullptr;                    ///< of a federated run; none: single answers and refusals are not noted
  boundary::SiteInternalWire* ranks = nullptr;  ///< the site's other ranks (site_ranks.hpp); none: it is one
};

class PlanAnswerer {
 public:
  /// Opens (and locks) the data set's ledger. `loaded`: encoded, clipped to policy.max_rows per entity; this rank's
  /// part of the rows where the site is several.
  PlanAnswerer(const SiteRun& run, data::Loaded&& loaded, SiteLog& log);
  ~PlanAnswerer();

  /// Refuses a run whose rest the data set's lifetime budget cannot pay: better before the first round than after.
  std::optional<Refusal> check_lifetime() const;

  /// Books, then counts and adds noise; or seals the stored share again (plan.reuse), at no cost. A Refusal has
  /// booked nothing. Throws LedgerError and EnvironmentError (disk).
  std::variant<boundary::NoisedShare, Refusal> answer(const boundary::RoundPlan& plan);

  /// trust: aggregate: the exact totals of a plan with a curator, each opened once in a run; the stored share is handed
  /// out again at no cost. Otherwise as answer().
  std::variant<boundary::ExactShare, Refusal> open(const boundary::RoundPlan& plan);

  /// Exact exponential mechanism over candidates (trust: central), which are over a coarsening's bins.
  std::variant<std::size_t, Refusal> select(std::uint32_t round, std::uint32_t attempt,
                                            const std::vector<boundary::Candidate>& candidates,
                                            const privacy::ExponentialEvent& event,
                                            const schema::Coarsening& coarsening = {});

  /// The newest round this site has booked in the run, and whether its share is still here.
  struct Past {
    std::uint32_t round = 0;  ///< 0: none
    std::uint32_t attempt = 0;
    Digest plan{};
    bool share_held = false;
  };
  Past past() const;
  /// What it has paid for in the run so far, as a public ledger lists it.
  std::vector<privacy::PublicSpend> payments() const;
  /// What this very attempt at the plan was booked as; none for a stored share.
  std::optional<privacy::PublicSpend> payment_for(const boundary::RoundPlan& plan) const;
  privacy::Rho booked() const noexcept;
  const privacy::LedgerHead& head() const noexcept;
  SiteState& state() noexcept;
  /// The run is complete: stored shares and sealed bytes are of no more use.
  void close_books();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::site
