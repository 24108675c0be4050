#include "fedloom/site/curator.hpp"

#include "fedloom/base/error.hpp"
#include "fedloom/site/site_runner.hpp"

namespace fedloom::site {
namespace {

const SiteRun& checked(const SiteRun& run) {
  if (auto refusal = check_before_joining(run)) throw RefusedError("", refusal->reason, "");
  return run;
}

template <class Value>
Value value_or_throw(std::variant<Value, Refusal>&& outcome) {
  if (const auto* refusal = std::get_if<Refusal>(&outcome)) {
    if (refusal->code == secagg::RefusalCode::budget_run || refusal->code == secagg::RefusalCode::budget_lifetime) {
      throw BudgetError("", refusal->reason, "use a smaller epsilon, or another data set");
    }
    throw RefusedError("", refusal->reason, "");
  }
  return std::get<Value>(std::move(outcome));
}

}  // namespace

Curator::Curator(const SiteRun& run, data::Loaded&& loaded, SiteLog& log)
    : run_(run), answerer_(checked(run), std::move(loaded), log) {
  if (const auto refusal = answerer_.check_lifetime()) throw BudgetError("", refusal->reason, "");
}

std::uint32_t Curator::next_attempt(std::uint32_t round) const {
  const auto past = answerer_.past();
  return past.round == round ? past.attempt + 1 : 0;
}

bool Curator::holds(const boundary::RoundPlan& plan) const {
  const auto past = answerer_.past();
  return past.share_held && past.round == plan.round && past.plan == boundary::content_hash(plan);
}

std::vector<boundary::Measurement> Curator::measure(boundary::RoundPlan plan) {
  plan.attempt = next_attempt(plan.round);
  plan.reuse = holds(plan);
  auto share = value_or_throw(answerer_.answer(plan));
  return boundary::to_measurements(boundary::reveal_central(std::move(share)), plan, run_.experiment->schema.domain(),
                                   1);
}

std::size_t Curator::select(std::uint32_t round, const std::vector<boundary::Candidate>& candidates,
                            const privacy::ExponentialEvent& event, const schema::Coarsening& coarsening) {
  return value_or_throw(answerer_.select(round, next_attempt(round), candidates, event, coarsening));
}

}  // namespace fedloom::site
