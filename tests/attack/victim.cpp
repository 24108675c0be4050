#include "victim.hpp"

namespace fedloom::test {
namespace {
template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;
}  // namespace

Victim::Victim(const World& world, std::size_t place, std::uint64_t seed)
    : world_(&world), place_(place), random_(seed * 77 + place), seed_(seed) {
  make_protocol();
}

void Victim::make_protocol() {
  secagg::Join resume;
  resume.last_session = last_session_;
  resume.booked_rho = booked();
  // The head of an empty ledger, signed as any other, as long as nothing was paid.
  resume.head.signature = world_->keys[place_].sign(privacy::ledger_head_message(resume.head));
  if (program_) resume.head = program_->head();
  protocol_ = std::make_unique<secagg::SiteProtocol>(secagg::SiteSetup{.key = &world_->keys[place_],
                                                                       .random = &random_,
                                                                       .roster = world_->roster,
                                                                       .quorum = world_->quorum,
                                                                       .run = world_->run,
                                                                       .resume = resume,
                                                                       .domain = world_->domain});
}

std::vector<secagg::Message> Victim::restart() {
  pending_.clear();
  timer_.reset();
  aborted_.reset();
  finished_ = false;
  make_protocol();
  return start();
}

/// The site's policy: so little noise, or so many numbers, are refused.
secagg::SiteEvent Victim::answer(const boundary::RoundPlan& plan) {
  constexpr double most = 1e6;
  constexpr std::uint64_t longest = 4096;
  if (plan.length(world_->domain) > longest) return secagg::PlanRefused{secagg::RefusalCode::policy};
  if (boundary::cost_of(plan, world_->domain).value > most) {
    return secagg::PlanRefused{secagg::RefusalCode::budget_run};
  }
  if (!program_) program_.emplace(*world_, place_, seed_);
  return program_->prepare(plan);
}

std::vector<secagg::Message> Victim::on(secagg::SiteEvent&& event) {
  std::vector<secagg::Message> said;
  step(std::move(event), said);
  while (auto next = next_event()) step(std::move(*next), said);
  return said;
}

std::vector<secagg::Message> Victim::carry_on() {
  hold_ = {};
  std::vector<secagg::Message> said;
  while (auto next = next_event()) step(std::move(*next), said);
  return said;
}

std::optional<secagg::SiteEvent> Victim::next_event() {
  if (hold_ == protocol_->state()) return std::nullopt;
  std::optional<secagg::SiteEvent> next;
  if (!pending_.empty()) {
    next = std::move(pending_.front());
    pending_.pop_front();
  } else if (timer_ && std::string_view(protocol_->state()) == "Waiting") {
    if (*timer_ > clock_.now()) clock_.advance(*timer_ - clock_.now());
    timer_.reset();
    next = secagg::TimerFired{};
  }
  return next;
}

void Victim::step(secagg::SiteEvent&& event, std::vector<secagg::Message>& said) {
  for (auto& action : protocol_->step(std::move(event), clock_.now())) carry_out(std::move(action), said);
}

void Victim::carry_out(secagg::SiteAction&& action, std::vector<secagg::Message>& said) {
  std::visit(Overloaded{
                 [&](secagg::SendToCoordinator& send) {
                   note_shown(send.message);
                   said.push_back(std::move(send.message));
                 },
                 [&](secagg::SetTimer& timer) { timer_ = timer.at; },
                 [&](secagg::StoreSession& session) {
                   if (session.session <= last_session_) breach_ = "a session was opened twice";
                   last_session_ = session.session;
                 },
                 [&](secagg::Prepare& asked) {
                   ++prepared_;
                   pending_.push_back(answer(asked.plan));
                 },
                 [&](secagg::StoreSealed& sealed) {
                   if (!outbox_.emplace(sealed.context, sealed_messages(sealed)).second) {
                     breach_ = "a context was sealed twice";
                   }
                   pending_.emplace_back(secagg::SealStored{});
                 },
                 [&](secagg::SendSealed& stored) {
                   for (const auto& message : outbox_.at(stored.context)) said.push_back(message);
                 },
                 [&](secagg::StoreDecision& decision) {
                   const auto [at, fresh] = decisions_.emplace(decision.context, decision.agreement);
                   if (!fresh && at->second != decision.agreement) breach_ = "two decisions were made in one context";
                   pending_.emplace_back(secagg::DecisionStored{});
                 },
                 [&](secagg::StoreHeads&) {},
                 [&](secagg::SiteFinished&) { finished_ = true; },
                 [&](secagg::SiteAborted& aborted) { aborted_ = std::move(aborted); },
             },
             action);
}

void Victim::note_shown(const secagg::Message& message) {
  const auto* unmask = std::get_if<secagg::Unmask>(&message);
  if (unmask == nullptr) return;
  for (const auto& shown : unmask->shares) {
    const auto [at, fresh] = shown_.emplace(std::pair(unmask->id, shown.place), shown.share);
    if (!fresh && at->second != shown.share) breach_ = "both shares of one site were shown";
  }
}

}  // namespace fedloom::test
