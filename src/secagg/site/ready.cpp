#include <utility>

#include "states.hpp"

namespace fedloom::secagg::site {
namespace {

/// What this half can judge of a plan; the site's policy judges the rest.
std::optional<std::string> problem_with(const Conversation& talk, const PlanMessage& message, const Session& session) {
  const boundary::RoundPlan& plan = message.plan;
  const std::string name = "round " + std::to_string(plan.round) + ", attempt " + std::to_string(plan.attempt);
  if (message.session != talk.session()) {
    return "the plan of " + name + " is of session " + std::to_string(message.session) + ", but this one is " +
           std::to_string(talk.session());
  }
  // Strictly upwards: no context comes twice, so none is sealed twice.
  if (std::pair(plan.round, plan.attempt) <= std::pair(session.round, session.attempt) || plan.round == 0) {
    return "the plan of " + name + " comes after that of round " + std::to_string(session.round) + ", attempt " +
           std::to_string(session.attempt);
  }
  // A site knows its own noise, so at most all others' can be counted on.
  const std::size_t sites = talk.setup().roster.size();
  if (plan.contributors == 0 || plan.contributors >= sites) {
    return "the plan of " + name + " counts on the noise of " + std::to_string(plan.contributors) + " of " +
           std::to_string(sites) + " sites; 1 to " + std::to_string(sites - 1) + " is possible";
  }
  const schema::Domain& domain = talk.setup().domain;
  if (domain.dimensions() > 0 && (!boundary::fits(plan, domain) || plan.length(domain) > max_share_words)) {
    return "the plan of " + name + " does not fit the schema, or asks for too many numbers";
  }
  return std::nullopt;
}

}  // namespace

Next Ready::enter(Conversation& talk, SessionPtr&& session) {
  talk.wait_for_coordinator();
  return std::make_unique<Ready>(std::move(session));
}

Next Ready::on_message(Conversation& talk, Message&& message) {
  if (auto* plan = std::get_if<PlanMessage>(&message)) return on_plan(talk, std::move(*plan));
  if (const auto* end = std::get_if<CloseRun>(&message)) return close(talk, *end);
  return State::on_message(talk, std::move(message));
}

Next Ready::on_plan(Conversation& talk, PlanMessage&& message) {
  talk.enter_round(message.plan.round);
  if (auto problem = problem_with(talk, message, *session_)) {
    return talk.refuse(RefusalCode::protocol, *problem + "; the coordinator's program must be replaced");
  }
  if (!talk.store_heads(message.heads)) {
    return talk.refuse(RefusalCode::protocol,
                       "the plan carries ledger heads that are not signed by each site of the roster; ask the lead "
                       "why");
  }
  session_->round = message.plan.round;
  session_->attempt = message.plan.attempt;
  session_->plan = plan_hash(message.plan);
  talk.wait_for_nobody();
  talk.act(Prepare{std::move(message.plan)});
  return std::make_unique<Preparing>(std::move(session_), talk.now());
}

}  // namespace fedloom::secagg::site
