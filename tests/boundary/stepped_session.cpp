#include "stepped_session.hpp"

#include <stdexcept>

#include "fedloom/site/plan_answerer.hpp"

namespace fedloom::test {

struct SteppedSession::Site {
  Site(const SiteWorld& world, std::size_t place, data::Loaded&& table)
      : key(SiteWorld::key(place)),
        random(1000 + place),
        log(world.folder.path(), "site" + std::to_string(place)),
        answerer(world.run(place, key, random), std::move(table), log) {}
  SigningKey key;
  SplitMixRandom random;
  site::SiteLog log;
  site::PlanAnswerer answerer;
  std::unique_ptr<secagg::SiteProtocol> protocol;
  std::optional<Instant> timer;
  Instant now{0};         ///< as this site sees it: counting takes time
  Instant last_heard{0};  ///< when the last message came
  bool ended = false;
};

namespace {
secagg::RunContext context_of(const SiteWorld& world) {
  return {
      .run_id = "run-1", .config_hash = world.experiment.hash(), .roster_hash = world.experiment.roster->fingerprint()};
}
}  // namespace

SteppedSession::SteppedSession(const SiteWorld& world, SteppedOptions options)
    : world_(world), options_(std::move(options)) {
  coordinator_ = std::make_unique<secagg::CoordinatorProtocol>(
      secagg::CoordinatorSetup{.roster = *world.experiment.roster,
                               .quorum = world.experiment.quorum(),
                               .run = context_of(world),
                               .domain = world.experiment.schema.domain()});
  give_coordinator(secagg::CoordinatorStart{});
  for (std::size_t place = 0; place < world.sites(); ++place) make_site(place);
}
SteppedSession::~SteppedSession() = default;

void SteppedSession::make_site(std::size_t place) {
  auto& site = *sites_.emplace_back(std::make_unique<Site>(world_, place, options_.table(place)));
  for (std::uint64_t k = 0; k < options_.drawn_before(place); ++k) site.random.next();
  secagg::Join resume;
  resume.booked_rho = site.answerer.booked().value;
  resume.head = site.answerer.head();
  site.protocol =
      std::make_unique<secagg::SiteProtocol>(secagg::SiteSetup{.key = &site.key,
                                                               .random = &site.random,
                                                               .roster = *world_.experiment.roster,
                                                               .quorum = world_.experiment.quorum(),
                                                               .run = context_of(world_),
                                                               .resume = resume,
                                                               .tick = options_.tick,
                                                               .domain = world_.experiment.schema.domain()});
  give_site(place, secagg::Start{});
}

void SteppedSession::send(std::size_t place, const secagg::Message& message) {
  const Site& site = *sites_[place];
  if (place == 0) left.push_back({secagg::encode(message), site.now - site.last_heard});
  const auto from = static_cast<secagg::Endpoint>(place + 1);
  switch (site.ended ? Fate::dropped : options_.fate(place, message)) {
    case Fate::arrives:
      on_way_.emplace_back([this, from, bytes = secagg::encode(message)] {
        give_coordinator(secagg::ReceivedFrom{from, secagg::decode(bytes).value()});
      });
      break;
    case Fate::breaks:
      sites_[place]->ended = true;
      on_way_.emplace_back([this, from] { give_coordinator(secagg::Garbled{from}); });
      break;
    case Fate::dropped:
      break;
  }
}

void SteppedSession::carry_out(std::size_t place, secagg::SiteAction&& action, std::deque<secagg::SiteEvent>& events) {
  Site& site = *sites_[place];
  if (const auto* out = std::get_if<secagg::SendToCoordinator>(&action)) send(place, out->message);
  if (const auto* timer = std::get_if<secagg::SetTimer>(&action)) site.timer = timer->at;
  if (const auto* opened = std::get_if<secagg::StoreSession>(&action)) {
    site.answerer.state().store_session(opened->session);
  }
  if (const auto* asked = std::get_if<secagg::Prepare>(&action)) {
    site.now += options_.counting(place);
    auto answer = site.answerer.answer(asked->plan);
    if (const auto* refusal = std::get_if<site::Refusal>(&answer)) throw std::runtime_error(refusal->reason);
    events.emplace_back(secagg::SharePrepared{std::get<boundary::NoisedShare>(std::move(answer)), site.answerer.head(),
                                              site.answerer.booked().value});
  }
  if (const auto* sealed = std::get_if<secagg::StoreSealed>(&action)) {
    site.answerer.state().store_sealed(sealed->context, sealed->announcement, sealed->share);
    events.emplace_back(secagg::SealStored{});
  }
  if (const auto* stored = std::get_if<secagg::SendSealed>(&action)) {
    site.answerer.state().read_sealed(stored->context, [&](const secagg::Message& message) { send(place, message); });
  }
  if (const auto* decision = std::get_if<secagg::StoreDecision>(&action)) {
    site.answerer.state().store_decision(decision->context, decision->agreement);
    events.emplace_back(secagg::DecisionStored{});
  }
  if (const auto* aborted = std::get_if<secagg::SiteAborted>(&action)) {
    if (!site.ended) throw std::runtime_error(aborted->reason);
  }
  if (std::holds_alternative<secagg::SiteFinished>(action)) site.ended = true;
}

void SteppedSession::give_site(std::size_t place, secagg::SiteEvent&& event) {
  Site& site = *sites_[place];
  site.now = clock_.now();
  if (std::holds_alternative<secagg::Received>(event)) site.last_heard = site.now;
  std::deque<secagg::SiteEvent> events;
  events.push_back(std::move(event));
  while (!events.empty()) {
    auto actions = site.protocol->step(std::move(events.front()), site.now);
    events.pop_front();
    for (auto& action : actions) carry_out(place, std::move(action), events);
  }
}

void SteppedSession::give_coordinator(secagg::CoordinatorEvent&& event) {
  for (auto& action : coordinator_->step(std::move(event), clock_.now())) {
    if (const auto* out = std::get_if<secagg::SendTo>(&action)) {
      on_way_.emplace_back([this, place = out->to - 1, bytes = secagg::encode(out->message)] {
        if (!sites_[place]->ended) give_site(place, secagg::Received{secagg::decode(bytes).value()});
      });
    }
    if (const auto* timer = std::get_if<secagg::SetCoordinatorTimer>(&action)) coordinator_timer_ = timer->at;
    if (const auto* summed = std::get_if<secagg::RoundSummed>(&action)) {
      survivors.push_back(summed->survivors);
      ++rounds_over_;
    }
    if (std::holds_alternative<secagg::RoundLost>(action)) ++rounds_lost;
    if (const auto* failed = std::get_if<secagg::Failed>(&action)) throw std::runtime_error(failed->reason);
    ready_ = ready_ || std::holds_alternative<secagg::SessionReady>(action);
    closed = closed || std::holds_alternative<secagg::SessionClosed>(action);
  }
}

bool SteppedSession::deliver_one() {
  if (on_way_.empty()) return false;
  const auto arrives = std::move(on_way_.front());
  on_way_.pop_front();
  arrives();
  return true;
}

/// Of sites that have a share to send on its tick, or of the coordinator that waits for an answer.
void SteppedSession::fire_next_timer() {
  Site* first = nullptr;
  for (const auto& site : sites_) {
    const bool waits = site->timer && !site->ended && std::string_view(site->protocol->state()) == "Waiting";
    if (waits && (first == nullptr || *site->timer < *first->timer)) first = site.get();
  }
  if (first != nullptr) {
    if (*first->timer > clock_.now()) clock_.advance(*first->timer - clock_.now());
    first->timer.reset();
    const auto at = std::ranges::find_if(sites_, [first](const auto& site) { return site.get() == first; });
    give_site(static_cast<std::size_t>(at - sites_.begin()), secagg::TimerFired{});
    return;
  }
  if (!coordinator_timer_) throw std::runtime_error("the run stands still");
  if (*coordinator_timer_ > clock_.now()) clock_.advance(*coordinator_timer_ - clock_.now());
  coordinator_timer_.reset();
  give_coordinator(secagg::CoordinatorTimer{});
}

void SteppedSession::until(const std::function<bool()>& done) {
  while (!done()) {
    if (!deliver_one()) fire_next_timer();
  }
}

void SteppedSession::run(const std::vector<boundary::RoundPlan>& plans) {
  until([this] { return ready_; });
  std::vector<privacy::PublicSpend> spends;
  for (const auto& plan : plans) {
    const std::size_t over = rounds_over_;
    while (rounds_over_ == over) {
      spends.push_back({.round = plan.round,
                        .attempt = static_cast<std::uint32_t>(rounds_lost),
                        .kind = "spend",
                        .stage = plan.stage,
                        .events = boundary::events_of(plan, world_.experiment.schema.domain())});
      const std::size_t lost = rounds_lost;
      give_coordinator(secagg::StartRound{plan});
      until([&] { return rounds_over_ > over || rounds_lost > lost; });
    }
  }
  give_coordinator(secagg::CloseSession{true, spends});
  until([this] { return closed; });
}

}  // namespace fedloom::test
