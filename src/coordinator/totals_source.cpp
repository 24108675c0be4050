#include "fedloom/coordinator/totals_source.hpp"

#include "coordinator/exact_blocks.hpp"
#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/boundary/exact_totals.hpp"

namespace fedloom::coordinator {
namespace {

constexpr const char* folder_name = "curator";

SigningKey key_in(const std::filesystem::path& folder) {
  const auto file = folder / "key";
  if (!std::filesystem::exists(file)) {
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    SigningKey::generate().save_new(file);
  }
  return SigningKey::load(file);
}

privacy::Rho budget_of(const config::Experiment& experiment) {
  return privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta);
}

}  // namespace

struct TotalsSource::Impl {
  const config::Experiment& experiment;
  RunFolder& folder;
  FederatedSource& wire;
  const schema::Domain& domain;
  SigningKey key;
  privacy::Ledger ledger;
  privacy::Accountant accountant;
  boundary::TotalsReleaser releaser;
  boundary::ExactTotals totals;
  std::optional<schema::Coarsening> coarsening;  ///< of the blocks below
  std::optional<ExactBlocks> blocks;
  std::size_t opened = 0;  ///< blocks that are here

  Impl(const config::Experiment& exp, RunFolder& run_folder, FederatedSource& carrier, RandomWords& random)
      : experiment(exp),
        folder(run_folder),
        wire(carrier),
        domain(exp.schema.domain()),
        key(key_in(folder.checkpoint() / folder_name)),
        ledger(folder.checkpoint() / folder_name / "ledger", key, utc_timestamp),
        accountant(ledger, folder.run_id(), {.per_run = budget_of(exp), .lifetime = std::nullopt}),
        releaser(random),
        totals(domain) {}

  void check_books() const {
    if (!folder.resumed() && wire.booked().value > 0) {
      throw UsageError("a run of the name " + folder.run_id() + " stands in the sites' ledgers already",
                       "choose another --out; the folder's name is the run's id");
    }
    const double rounding = 1e-9 * budget_of(experiment).value;
    if (privacy::cost_of(folder.spends()).value > accountant.spent_in_run().value + rounding) {
      throw LedgerError((folder.checkpoint() / folder_name).string(),
                        "the curator's ledger does not hold all that this run has released",
                        "restore the folder from a backup that is not older, or start a new run");
    }
  }

  /// Opens what is not here yet. Blocks come in order, as the rounds of a session do.
  void open(const std::vector<schema::Marginal>& marginals, const schema::Coarsening& over) {
    // The first block is the same over any bins; the others come once the run's bins are known.
    if (!blocks || (opened <= 1 && !(*coarsening == over))) {
      coarsening = over;
      blocks.emplace(experiment, over, most_block_words);
    }
    FEDLOOM_CHECK(over.empty() || *coarsening == over);
    const std::size_t needed = blocks->needed_for(marginals);
    FEDLOOM_CHECK(needed > 0);
    for (; opened < needed; ++opened) {
      auto block = wire.fetch(blocks->plan(opened));
      folder.add_spend(block.handed);
      totals.add(std::move(block.totals));
    }
  }

  std::uint32_t next_attempt(std::uint32_t round) const {
    std::uint32_t next = 0;
    for (const auto& entry : ledger.entries()) {
      if (entry.round == round) next = std::max(next, entry.attempt + 1);
    }
    return next;
  }

  privacy::Spend pay(privacy::SpendRequest request) {
    auto outcome = accountant.spend(std::move(request));
    if (const auto* over = std::get_if<privacy::OverBudget>(&outcome)) {
      throw BudgetError("",
                        "the curator would release rho " + std::to_string(over->asked.value) + ", but only " +
                            std::to_string(over->left.value) + " is left of what it was given for this run",
                        "start a new run");
    }
    return std::get<privacy::Spend>(std::move(outcome));
  }
};

boundary::RoundPlan first_exact_plan(const config::Experiment& experiment) {
  return ExactBlocks(experiment, {}, most_block_words).plan(0);
}

TotalsSource::TotalsSource(const config::Experiment& experiment, RunFolder& folder, FederatedSource& wire,
                           RandomWords& random)
    : impl_(std::make_unique<Impl>(experiment, folder, wire, random)) {
  FEDLOOM_CHECK(experiment.privacy.trust == config::Trust::aggregate);
  impl_->check_books();
}

TotalsSource::~TotalsSource() = default;

privacy::Rho TotalsSource::booked() const { return impl_->accountant.spent_in_run(); }

bool TotalsSource::holds(const boundary::RoundPlan&) const { return false; }

std::variant<Measured, LostRound> TotalsSource::measure(const boundary::RoundPlan& asked) {
  boundary::RoundPlan plan = asked;
  plan.attempt = impl_->next_attempt(plan.round);
  std::vector<schema::Marginal> marginals;
  for (const auto& planned : plan.queries) marginals.push_back(planned.query.marginal);
  impl_->open(marginals, plan.coarsening);
  PublicSpend spent{.round = plan.round,
                    .attempt = plan.attempt,
                    .kind = "spend",
                    .stage = plan.stage,
                    .events = boundary::events_of(plan, impl_->domain)};
  auto paid = impl_->pay({.round = plan.round,
                          .attempt = plan.attempt,
                          .stage = plan.stage,
                          .events = spent.events,
                          .plan = boundary::content_hash(plan)});
  auto total = impl_->releaser.release(impl_->totals, plan, std::move(paid));
  return Measured{boundary::to_measurements(std::move(total), plan, impl_->domain, 1),
                  static_cast<std::uint32_t>(impl_->experiment.roster->size()), std::move(spent)};
}

std::size_t TotalsSource::select(const SelectStep& step, PublicSpend& spent) {
  std::vector<schema::Marginal> marginals;
  for (const auto& candidate : step.candidates) marginals.push_back(candidate.marginal);
  impl_->open(marginals, step.coarsening);
  spent = {.round = step.round,
           .attempt = impl_->next_attempt(step.round),
           .kind = "spend",
           .stage = "select",
           .events = {step.event}};
  auto paid = impl_->pay(
      {.round = step.round, .attempt = spent.attempt, .stage = spent.stage, .events = spent.events, .plan = {}});
  const auto& privacy = impl_->experiment.privacy;
  return impl_->releaser.select(impl_->totals, step.candidates, step.coarsening, privacy.max_rows * privacy.max_sites,
                                std::move(paid));
}

ClosedBooks TotalsSource::close(bool finished, const std::vector<PublicSpend>& public_ledger) {
  return impl_->wire.close(finished, public_ledger);
}

}  // namespace fedloom::coordinator
