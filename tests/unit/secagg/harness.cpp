#include "harness.hpp"

#include <algorithm>
#include <numeric>

namespace fedloom::test {
namespace {

std::vector<SigningKey> make_keys(std::size_t sites) {
  std::vector<SigningKey> keys;
  for (std::size_t i = 0; i < sites; ++i) {
    std::array<std::uint8_t, 32> seed{};
    seed.fill(static_cast<std::uint8_t>(i + 1));
    keys.push_back(SigningKey::from_seed(seed));
  }
  return keys;
}

Roster make_roster(const std::vector<SigningKey>& keys) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    members.push_back({SiteId{"site" + std::to_string(100 + i)}, keys[i].public_key()});
  }
  return Roster(std::move(members));
}

}  // namespace

World::World(std::size_t sites, std::vector<schema::Domain::Axis> axes)
    : keys(make_keys(sites)),
      roster(make_roster(keys)),
      quorum{.sites = static_cast<std::uint32_t>(sites)},
      run{"run-1", sha256("experiment"), roster.fingerprint()},
      domain(std::move(axes)) {}

boundary::RoundPlan World::plan(std::uint32_t round, std::uint32_t attempt) const {
  boundary::RoundPlan plan{.round = round, .attempt = attempt, .stage = "measure"};
  const privacy::NoiseScale noise{.variance_num = 25, .variance_shift = 0, .grid_bits = 2};
  for (std::size_t degree = 1; degree <= 2; ++degree) {
    for (const auto& marginal : schema::all_marginals(domain.dimensions(), degree)) {
      plan.queries.push_back({.query = {.marginal = marginal}, .site_noise = noise});
    }
  }
  return plan;
}

privacy::PublicSpend World::spend(const boundary::RoundPlan& plan) const {
  return {.round = plan.round,
          .attempt = plan.attempt,
          .kind = "spend",
          .stage = plan.stage,
          .events = events_of(plan, domain)};
}

SiteProgram::SiteProgram(const World& world, std::size_t place, std::uint64_t seed)
    : world_(&world),
      seed_(seed * 1000 + place),
      ledger_(folder_ / "ledger", world.keys[place], fixed_timestamp),
      accountant_(ledger_, world.run.run_id, {.per_run = {1e9}, .lifetime = std::nullopt}) {}

boundary::NoisedShare SiteProgram::release(const boundary::RoundPlan& plan) {
  SplitMixRandom counts(seed_ + 77 * plan.round);
  std::vector<boundary::RawCounts> raw;
  for (const auto& planned : plan.queries) {
    std::vector<std::int64_t> values(planned.query.length(world_->domain));
    for (auto& value : values) value = static_cast<std::int64_t>(counts.next() >> 20);
    raw.emplace_back(std::move(values), privacy::L2Bound{1});
  }
  auto paid = accountant_.spend(
      {.round = plan.round, .attempt = plan.attempt, .stage = plan.stage, .events = events_of(plan, world_->domain)});
  SplitMixRandom noise(seed_ ^ plan.attempt << 8);
  return boundary::Releaser(noise).release(std::move(raw), std::get<privacy::Spend>(std::move(paid)));
}

secagg::SharePrepared SiteProgram::prepare(const boundary::RoundPlan& plan) {
  auto share = release(plan);
  return {std::move(share), ledger_.head(), accountant_.spent_in_run().value, world_->spend(plan)};
}

std::vector<std::uint64_t> SiteProgram::words(const World& world, std::size_t place, std::uint64_t seed,
                                              const boundary::RoundPlan& plan) {
  return boundary::reveal_central(SiteProgram(world, place, seed).release(plan)).words();
}

std::vector<std::uint64_t> exact_total(const World& world, std::uint64_t seed, const boundary::RoundPlan& plan) {
  std::vector<std::size_t> all(world.sites());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return exact_total(world, seed, plan, all);
}

std::vector<std::uint64_t> exact_total(const World& world, std::uint64_t seed, const boundary::RoundPlan& plan,
                                       const std::vector<std::size_t>& places) {
  std::vector<std::uint64_t> total(plan.length(world.domain));
  for (const std::size_t place : places) {
    const auto words = SiteProgram::words(world, place, seed, plan);
    for (std::size_t k = 0; k < total.size(); ++k) total[k] += words[k];
  }
  return total;
}

Sealed sealed_messages(const secagg::StoreSealed& stored) {
  Sealed messages{stored.announcement};
  for (std::uint32_t index = 0; index < stored.announcement.chunks.size(); ++index) {
    const auto range = secagg::chunk_range(stored.announcement.words, index);
    messages.emplace_back(
        secagg::ShareChunk{stored.announcement.id, index, stored.share.part(range.first, range.count)});
  }
  return messages;
}

Simulation::Simulation(World& world, Options options) : site(world.sites()), world_(&world), seed_(options.seed) {
  coordinator_ = std::make_unique<secagg::CoordinatorProtocol>(secagg::CoordinatorSetup{
      .roster = world.roster, .quorum = world.quorum, .run = world.run, .domain = world.domain});
  members_.resize(world.sites());
  give_coordinator(secagg::CoordinatorStart{});
  for (std::size_t place = 0; place < world.sites(); ++place) {
    Member& member = members_[place];
    member.program = std::make_unique<SiteProgram>(world, place, seed_);
    member.random = std::make_unique<SplitMixRandom>(seed_ * 77 + place);
    if (!options.last_sessions.empty()) member.last_session = options.last_sessions[place];
    make_site(place);
  }
  for (std::size_t place = 0; place < world.sites(); ++place) give_site(place, secagg::Start{});
}

void Simulation::make_site(std::size_t place) {
  Member& member = members_[place];
  secagg::Join resume;
  resume.last_session = member.last_session;
  resume.head = member.program->head();
  resume.booked_rho = member.program->booked();
  member.timer.reset();
  member.protocol = std::make_unique<secagg::SiteProtocol>(secagg::SiteSetup{.key = &world_->keys[place],
                                                                             .random = member.random.get(),
                                                                             .roster = world_->roster,
                                                                             .quorum = world_->quorum,
                                                                             .run = world_->run,
                                                                             .resume = resume,
                                                                             .domain = world_->domain});
}

void Simulation::restart_site(std::size_t place) {
  make_site(place);
  give_site(place, secagg::Start{});
}

void Simulation::inject(std::size_t place, secagg::Message message) {
  give_coordinator(secagg::ReceivedFrom{static_cast<secagg::Endpoint>(place + 1), std::move(message)});
}

void Simulation::send(secagg::Endpoint from, secagg::Endpoint to, const secagg::Message& message) {
  Sent sent{from, to, secagg::encode(message)};
  wire.push_back(sent);
  const auto silent = [this](secagg::Endpoint endpoint) {
    return endpoint > 0 && std::ranges::find(cut_off_, endpoint - 1) != cut_off_.end();
  };
  if (!silent(from) && !silent(to)) in_transit_.push_back(std::move(sent));
}

void Simulation::give_site(std::size_t place, secagg::SiteEvent&& event) {
  std::deque<secagg::SiteEvent> events;
  events.push_back(std::move(event));
  while (!events.empty()) {
    auto actions = members_[place].protocol->step(std::move(events.front()), clock_.now());
    events.pop_front();
    for (auto& action : actions) {
      if (const auto* out = std::get_if<secagg::SendToCoordinator>(&action)) {
        send(static_cast<secagg::Endpoint>(place + 1), 0, out->message);
        continue;
      }
      if (const auto* timer = std::get_if<secagg::SetTimer>(&action)) members_[place].timer = timer->at;
      if (const auto* opened = std::get_if<secagg::StoreSession>(&action)) {
        members_[place].last_session = opened->session;
      }
      if (const auto* ask = std::get_if<secagg::Prepare>(&action)) {
        events.emplace_back(members_[place].program->prepare(ask->plan));
      }
      if (const auto* stored = std::get_if<secagg::StoreSealed>(&action)) {
        members_[place].outbox[stored->context] = sealed_messages(*stored);
        events.emplace_back(secagg::SealStored{});
      }
      if (const auto* stored = std::get_if<secagg::SendSealed>(&action)) {
        for (const auto& message : members_[place].outbox.at(stored->context)) {
          send(static_cast<secagg::Endpoint>(place + 1), 0, message);
        }
      }
      if (std::holds_alternative<secagg::StoreDecision>(action)) events.emplace_back(secagg::DecisionStored{});
      site[place].push_back(std::move(action));
    }
  }
}

void Simulation::give_coordinator(secagg::CoordinatorEvent&& event) {
  for (auto& action : coordinator_->step(std::move(event), clock_.now())) {
    if (const auto* out = std::get_if<secagg::SendTo>(&action)) {
      send(0, out->to, out->message);
    } else {
      coordinator.push_back(std::move(action));
    }
  }
}

bool Simulation::deliver_one() {
  if (in_transit_.empty()) return false;
  const Sent sent = std::move(in_transit_.front());
  in_transit_.pop_front();
  auto message = secagg::decode(sent.bytes);
  if (message && on_way && !on_way(sent.from, sent.to, *message)) return true;
  if (sent.to == 0) {
    if (message) {
      give_coordinator(secagg::ReceivedFrom{sent.from, std::move(*message)});
    } else {
      give_coordinator(secagg::Garbled{sent.from});
    }
  } else {
    if (tamper) tamper(sent.to - 1, message.value());
    give_site(sent.to - 1, secagg::Received{std::move(message.value())});
  }
  return true;
}

/// The tick of a site that has a share to send; silences are not waited out.
bool Simulation::fire_a_site_timer() {
  for (std::size_t place = 0; place < members_.size(); ++place) {
    Member& member = members_[place];
    if (!member.timer || std::string_view(member.protocol->state()) != "Waiting") continue;
    if (*member.timer > clock_.now()) clock_.advance(*member.timer - clock_.now());
    member.timer.reset();
    give_site(place, secagg::TimerFired{});
    return true;
  }
  return false;
}

void Simulation::settle() {
  while (deliver_one() || fire_a_site_timer()) {
  }
}

void Simulation::start_round(const boundary::RoundPlan& plan) {
  spends.push_back(world_->spend(plan));
  give_coordinator(secagg::StartRound{plan});
}
void Simulation::close(bool finished) {
  give_coordinator(secagg::CloseSession{.finished = finished, .public_ledger = spends});
}
void Simulation::lose(std::size_t place) {
  cut_off(place);
  give_coordinator(secagg::Garbled{static_cast<secagg::Endpoint>(place + 1)});
}
void Simulation::stop_site(std::size_t place) { give_site(place, secagg::StopRequested{}); }
void Simulation::pass(Millis by) {
  clock_.advance(by);
  give_coordinator(secagg::CoordinatorTimer{});
}

}  // namespace fedloom::test
