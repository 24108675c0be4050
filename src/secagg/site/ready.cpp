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
  const RoundId newest = session.newest;
  if (std::pair(plan.round, plan.attempt) <= std::pair(newest.round, newest.attempt) || plan.round == 0) {
    return "the plan of " + name + " comes after that of round " + std::to_string(newest.round) + ", attempt " +
           std::to_string(newest.attempt);
  }
  const Quorum& quorum = talk.quorum();
  if (plan.contributors == 0 || plan.contributors > quorum.contributors()) {
    return "the plan of " + name + " counts on the noise of " + std::to_string(plan.contributors) + " of " +
           std::to_string(quorum.sites) + " sites; 1 to " + std::to_string(quorum.contributors()) + " is possible";
  }
  // The share of a lost round may be in a sum that the coordinator keeps to itself: with a second sum that has other
  // survivors it would give one site's share.
  if (plan.reuse && quorum.recovers()) return "the plan of " + name + " asks for a share that was sealed before";
  // A sum of exact counts of fewer sites, beside that of all, would give the rest away.
  if (plan.curator && quorum.recovers())
    return "the plan of " + name + " asks for exact totals where sites may be lost";
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
  if (auto* plan = std::get_if<PlanMessage>(&message)) return begin_round(talk, std::move(session_), std::move(*plan));
  if (const auto* end = std::get_if<CloseRun>(&message)) return close(talk, *end);
  const auto* session = std::get_if<OpenSession>(&message);
  if (session != nullptr && talk.quorum().recovers()) return open_session(talk, *session);
  return State::on_message(talk, std::move(message));
}

Next begin_round(Conversation& talk, SessionPtr&& session, PlanMessage&& message) {
  talk.enter_round(message.plan.round);
  if (auto problem = problem_with(talk, message, *session)) {
    return talk.refuse(RefusalCode::protocol, *problem + "; the coordinator's program must be replaced");
  }
  if (!talk.store_heads(message.heads)) {
    return talk.refuse(RefusalCode::protocol,
                       "the plan carries too few ledger heads, or one that its site of the roster has not signed; ask "
                       "the lead why");
  }
  talk.take();
  session->newest.round = message.plan.round;
  session->newest.attempt = message.plan.attempt;
  session->plan = plan_hash(message.plan);
  if (talk.quorum().recovers()) return Offered::enter(talk, std::move(session), std::move(message.plan));
  return Preparing::enter(talk, std::move(session), nullptr, std::move(message.plan));
}

}  // namespace fedloom::secagg::site
