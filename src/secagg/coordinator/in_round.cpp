#include <algorithm>

#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {

std::string too_few(const Desk& desk, std::size_t left) {
  return "only " + std::to_string(left) + " of " + std::to_string(desk.sites()) + " sites are left, and " +
         std::to_string(desk.quorum().threshold()) + " are needed";
}

Next fail_with(Desk& desk, std::size_t left, const Places& about) {
  return desk.fail(
      too_few(desk, left) + "; see the logs of those that were lost, then start the run again with --resume", about);
}

Next begin_round(Desk& desk, boundary::RoundPlan&& plan) {
  auto round = std::make_unique<Round>();
  round->plan = std::move(plan);
  round->plan.attempt = desk.session() - 1;
  round->plan_hash = plan_hash(round->plan);
  round->id = {desk.session(), round->plan.round, round->plan.attempt};
  round->length = round->plan.length(desk.setup().domain);
  FEDLOOM_CHECK(round->length > 0 && round->length <= max_share_words);
  desk.set_newest(round->id);
  round->heads = desk.heads();
  const PlanMessage message{desk.session(), round->plan, round->heads};
  for (const std::size_t place : desk.members()) desk.send_to(place, message);
  desk.set_deadline(desk.setup().reply_limit);
  if (desk.quorum().recovers()) return Offering::enter(desk, std::move(round));
  round->places = desk.members();
  return Summing::enter(desk, std::move(round));
}

Next lose_round(Desk& desk, Round& round, const std::string& reason) {
  desk.clear_deadline();
  desk.end_session();
  desk.act(RoundLost{std::move(round.plan), reason});
  return std::make_unique<Idle>();
}

Next finish_round(Desk& desk, Round& round) {
  desk.clear_deadline();
  const Places survivors(round.survivors.begin(), round.survivors.end());
  if (round.plan.curator) {
    FEDLOOM_CHECK(!desk.quorum().recovers());
    boundary::ExactTotals totals(std::move(round.sum), round.plan, desk.setup().domain);
    desk.act(ExactSummed{std::move(round.plan), std::move(totals), desk.ids(survivors), desk.most_booked()});
    return std::make_unique<Idle>();
  }
  desk.act(RoundSummed{std::move(round.plan), boundary::Total(std::move(round.sum)), desk.ids(survivors),
                       desk.most_booked()});
  return std::make_unique<Idle>();
}

Next InRound::on_close(Desk& desk, const CloseSession& close) {
  FEDLOOM_CHECK(!close.finished);
  return Closing::enter(desk, close);
}

}  // namespace fedloom::secagg::coordinator
