#include "site.hpp"

#include "fedloom/base/error.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "laboratory.hpp"
#include "signing.hpp"

namespace fedloom::fault {
namespace {

using namespace secagg;

std::string name_of_action(const SiteAction& action) {
  struct Name {
    std::string operator()(const SendToCoordinator& send) const { return name_of(send.message); }
    std::string operator()(const SetTimer&) const { return "SetTimer"; }
    std::string operator()(const StoreSession&) const { return "StoreSession"; }
    std::string operator()(const Prepare&) const { return "Prepare"; }
    std::string operator()(const StoreSealed&) const { return "StoreSealed"; }
    std::string operator()(const SendSealed&) const { return "SendSealed"; }
    std::string operator()(const StoreDecision&) const { return "StoreDecision"; }
    std::string operator()(const StoreHeads&) const { return "StoreHeads"; }
    std::string operator()(const SiteFinished&) const { return "SiteFinished"; }
    std::string operator()(const SiteAborted&) const { return "SiteAborted"; }
  };
  return std::visit(Name{}, action);
}

}  // namespace

Site::Process::Process(const test::World& world, std::size_t place, SiteDisk& disk, std::uint64_t seed)
    : random(seed),
      ledger(disk.folder / "ledger", world.keys[place], test::fixed_timestamp),
      accountant(ledger, world.run.run_id, {.per_run = {budget}, .lifetime = std::nullopt}),
      vault(disk.folder / "shares", world.keys[place], random) {
  Join resume{.last_session = disk.session};
  resume.booked_rho = accountant.spent_in_run().value;
  resume.head = ledger.head();
  if (!world.quorum.recovers()) {
    resume.stored_round = disk.stored_round;
    resume.stored_plan = disk.stored_plan;
  }
  std::vector<privacy::PublicSpend> booked;
  for (const auto& entry : ledger.entries()) {
    if (entry.kind != "spend") continue;
    booked.push_back({entry.round, entry.attempt, entry.kind, entry.stage, entry.events});
  }
  protocol = std::make_unique<SiteProtocol>(SiteSetup{.key = &world.keys[place],
                                                      .random = &random,
                                                      .roster = world.roster,
                                                      .quorum = world.quorum,
                                                      .run = world.run,
                                                      .resume = resume,
                                                      .booked = std::move(booked),
                                                      .tick = tick,
                                                      .wait_limit = wait_limit,
                                                      .domain = world.domain});
}

Site::Site(Laboratory& lab, std::size_t place) : lab_(lab), place_(place) {}
Site::~Site() = default;

void Site::start() {
  process_.reset();
  ++lives_;
  const std::uint64_t seed = (lab_.schedule().seed * 131 + place_) * 1009 + lives_;
  process_ = std::make_unique<Process>(lab_.world(), place_, disk_, seed);
  lab_.connect(place_);
  give(Start{});
}

const char* Site::state() const { return process_ ? process_->protocol->state() : "down"; }

double Site::booked() const {
  double sum = 0;
  for (const auto& entry :
       privacy::verify_ledger(disk_.folder / "ledger", lab_.world().keys[place_].public_key(), {}).entries) {
    sum += entry.cost.value;
  }
  return sum;
}

void Site::end(SiteEnd why) {
  if (!is_running()) return;
  // The object goes when the next process starts: this may be called from within one of its own steps.
  process_->over = true;
  lab_.on_site_end(place_, why);
}

void Site::receive(Bytes&& bytes) {
  if (!is_running()) return;
  auto message = decode(bytes);
  if (!message) {
    ++lab_.tally()["bytes that no site could read"];
    return end(SiteEnd::disconnected);
  }
  lab_.witness().on_told(place_, *message);
  give(Received{std::move(*message)});
}

void Site::lose_connection() { end(SiteEnd::disconnected); }

void Site::give(SiteEvent&& event) {
  Events events;
  events.push_back(std::move(event));
  try {
    while (!events.empty() && is_running()) {
      auto actions = process_->protocol->step(std::move(events.front()), lab_.now());
      events.pop_front();
      for (auto& action : actions) {
        if (!carry_out(std::move(action), events)) return;
      }
    }
  } catch (const LedgerError& error) {
    ++lab_.tally()[std::string("site: ") + error.what()];
    return end(SiteEnd::gave_up);
  }
  if (is_running()) check_timer();
}

void Site::check_timer() {
  if (process_->wakes && *process_->wakes <= lab_.now() + wait_limit) return;
  lab_.witness().break_rule(Rule::no_hang, std::string("a site that is ") + state() + " waits without an end");
}

bool Site::dies(const std::string& point) {
  if (!lab_.is_killed(place_, point)) return false;
  end(SiteEnd::killed);
  return true;
}

bool Site::carry_out(SiteAction&& action, Events& events) {
  const std::string name = name_of_action(action);
  if (dies("before " + name)) return false;
  lab_.note("site " + std::to_string(place_), name);
  if (!perform(action, events)) return false;
  return is_running() && !dies("after " + name);
}

bool Site::perform(SiteAction& action, Events& events) {
  if (auto* out = std::get_if<SendToCoordinator>(&action)) send(out->message);
  if (const auto* set = std::get_if<SetTimer>(&action)) set_timer(set->at);
  if (const auto* opened = std::get_if<StoreSession>(&action)) {
    lab_.witness().on_session(place_, opened->session);
    if (lab_.schedule().twin != Twin::forgets_session) disk_.session = opened->session;
  }
  if (const auto* asked = std::get_if<Prepare>(&action)) {
    auto answer = prepare(asked->plan);
    if (!answer) return false;
    events.push_back(std::move(*answer));
  }
  if (const auto* sealed = std::get_if<StoreSealed>(&action)) {
    lab_.witness().on_sealed(place_, *sealed);
    expect_stored(disk_.store_sealed(*sealed));
    events.emplace_back(SealStored{});
  }
  if (const auto* stored = std::get_if<SendSealed>(&action)) return send_sealed(stored->context);
  if (const auto* decision = std::get_if<StoreDecision>(&action)) {
    expect_stored(disk_.store_decision(*decision));
    events.emplace_back(DecisionStored{});
  }
  if (const auto* heads = std::get_if<StoreHeads>(&action)) expect_stored(disk_.store_heads(*heads));
  if (const auto* finished = std::get_if<SiteFinished>(&action)) {
    if (finished->complete) disk_.outbox.clear();
    end(finished->complete ? SiteEnd::finished : SiteEnd::stopped);
  }
  if (const auto* aborted = std::get_if<SiteAborted>(&action)) {
    lab_.note("site " + std::to_string(place_), aborted->reason);
    end(aborted->by_us ? SiteEnd::gave_up : SiteEnd::told_to);
  }
  return true;
}

void Site::set_timer(Instant at) {
  if (lab_.schedule().twin == Twin::waits_for_nobody) return;
  process_->wakes = at;
  lab_.at(at, [this, life = lives_, number = ++process_->timer] {
    if (!is_running() || life != lives_ || number != process_->timer) return;
    process_->wakes.reset();
    give(TimerFired{});
  });
}

std::optional<SiteEvent> Site::prepare(const boundary::RoundPlan& plan) {
  if (plan.reuse) {
    auto stored = reseal(plan);
    if (!stored) return PlanRefused{RefusalCode::protocol};
    return SharePrepared{std::move(*stored), process_->ledger.head(), process_->accountant.spent_in_run().value,
                         std::nullopt};
  }
  auto paid = process_->accountant.spend({.round = plan.round,
                                          .attempt = plan.attempt,
                                          .stage = plan.stage,
                                          .events = events_of(plan, lab_.world().domain),
                                          .plan = content_hash(plan)});
  if (std::holds_alternative<privacy::OverBudget>(paid)) return PlanRefused{RefusalCode::budget_run};
  if (lab_.schedule().twin != Twin::books_nothing) lab_.witness().on_booked(place_, plan);
  if (dies("inside Prepare")) return std::nullopt;
  auto share = release(plan, std::get<privacy::Spend>(std::move(paid)));
  if (!lab_.world().quorum.recovers()) {
    const Digest content = content_hash(plan);
    share = process_->vault.put({lab_.world().run.run_id, plan.round, content}, std::move(share));
    disk_.stored_round = plan.round;
    disk_.stored_plan = content;
    process_->vault.drop_before(lab_.world().run.run_id, plan.round);
  }
  return SharePrepared{
      std::move(share), process_->ledger.head(), process_->accountant.spent_in_run().value,
      privacy::PublicSpend{plan.round, plan.attempt, "spend", plan.stage, events_of(plan, lab_.world().domain)}};
}

boundary::NoisedShare Site::release(const boundary::RoundPlan& plan, privacy::Spend&& paid) {
  const std::uint64_t noise_seed = (lab_.schedule().seed * 1009 + place_) ^ (++draws_ << 40);
  test::SplitMixRandom noise(noise_seed), same_noise(noise_seed);
  std::vector<std::uint64_t> words = lab_.counts(place_, plan);
  std::vector<boundary::RawCounts> raw;
  std::size_t at = 0;
  for (const auto& planned : plan.queries) {
    std::vector<std::int64_t> values(planned.query.length(lab_.world().domain)), added(values.size());
    privacy::discrete_gaussian_fill(planned.site_noise, added, same_noise);
    for (std::size_t k = 0; k < values.size(); ++k, ++at) {
      values[k] = static_cast<std::int64_t>(words[at] >> planned.site_noise.grid_bits);
      words[at] += static_cast<std::uint64_t>(added[k]);
    }
    raw.emplace_back(std::move(values), privacy::L2Bound{1});
  }
  lab_.witness().on_released(place_, plan, std::move(words));
  return boundary::Releaser(noise).release(std::move(raw), std::move(paid));
}

std::optional<boundary::NoisedShare> Site::reseal(const boundary::RoundPlan& plan) {
  const Digest content = content_hash(plan);
  auto share = process_->vault.take({lab_.world().run.run_id, plan.round, content});
  if (!share) return std::nullopt;
  process_->ledger.append({.run = lab_.world().run.run_id,
                           .kind = "reuse",
                           .round = plan.round,
                           .attempt = plan.attempt,
                           .stage = plan.stage,
                           .plan = content});
  lab_.witness().on_released_again(place_, plan);
  ++lab_.tally()["site: seals a stored share again"];
  return share;
}

bool Site::send_sealed(const Digest& context) {
  const bool anew = lab_.schedule().twin == Twin::seals_again && lab_.sends_again(place_, context);
  const auto frames = anew ? sealed_anew(context) : disk_.outbox.at(context);
  for (std::size_t sent = 0; sent < frames.size(); ++sent) {
    if (sent > 0 && dies("inside SendSealed after " + std::to_string(sent))) return false;
    send(decode(frames[sent]).value());
  }
  return true;
}

/// A broken twin: other noise under the mask that was used before.
std::vector<Bytes> Site::sealed_anew(const Digest& context) {
  const auto& stored = disk_.outbox.at(context);
  auto announcement = std::get<ShareMessage>(decode(stored.front()).value());
  std::vector<Bytes> frames;
  for (std::size_t index = 0; index < announcement.chunks.size(); ++index) {
    auto chunk = std::get<ShareChunk>(decode(stored[index + 1]).value());
    std::vector<std::uint64_t> words(chunk.words.words().begin(), chunk.words.words().end());
    for (auto& word : words) word += process_->random.next() % 7;
    announcement.chunks[index] = chunk_hash(words);
    chunk.words = boundary::MaskedShare::from_wire(std::move(words));
    frames.push_back(encode(chunk));
  }
  sign(announcement, lab_.world().keys[place_], lab_.world().run);
  frames.insert(frames.begin(), encode(announcement));
  return frames;
}

void Site::expect_stored(const std::optional<std::string>& what) {
  if (!what) return;
  lab_.witness().break_rule(Rule::disk_not_asked_to, *what);
  throw LedgerError("the site's disk", *what, "start a new run");
}

void Site::send(const Message& message) {
  lab_.witness().on_said(place_, message);
  lab_.send_to_coordinator(place_, encode(message));
}

}  // namespace fedloom::fault
