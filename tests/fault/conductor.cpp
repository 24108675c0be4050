#include "conductor.hpp"

#include <algorithm>
#include <string_view>

#include "laboratory.hpp"

namespace fedloom::fault {
namespace {

using namespace secagg;

/// Each costs what a round costs, as in coordinator/conduct.cpp.
constexpr int max_losses = 3;

std::string name_of_action(const CoordinatorAction& action) {
  struct Name {
    std::string operator()(const SendTo& send) const { return name_of(send.message); }
    std::string operator()(const SetCoordinatorTimer&) const { return "SetCoordinatorTimer"; }
    std::string operator()(const SessionReady&) const { return "SessionReady"; }
    std::string operator()(const RoundSummed&) const { return "RoundSummed"; }
    std::string operator()(const ExactSummed&) const { return "ExactSummed"; }
    std::string operator()(const RoundLost&) const { return "RoundLost"; }
    std::string operator()(const SiteLost&) const { return "SiteLost"; }
    std::string operator()(const SessionClosed&) const { return "SessionClosed"; }
    std::string operator()(const Failed&) const { return "Failed"; }
  };
  return std::visit(Name{}, action);
}

}  // namespace

Conductor::Conductor(Laboratory& lab, CoordinatorDisk& disk, bool resumed)
    : lab_(lab),
      disk_(disk),
      resumed_(resumed),
      course_(disk.checkpoint.value_or(Course{})),
      protocol_({.roster = lab.world().roster,
                 .quorum = lab.world().quorum,
                 .run = lab.world().run,
                 .domain = lab.world().domain,
                 .join_limit = join_limit,
                 .reply_limit = reply_limit}) {}
Conductor::~Conductor() = default;

void Conductor::start() {
  waits_since_ = lab_.now();
  give(CoordinatorStart{});
}

void Conductor::receive(Endpoint from, const Bytes& bytes) {
  auto message = decode(bytes);
  if (message) return give(ReceivedFrom{from, std::move(*message)});
  ++lab_.tally()["bytes that the coordinator could not read"];
  give(Garbled{from});
}

void Conductor::lose(Endpoint from) { give(Garbled{from}); }

void Conductor::stop(bool at_once) {
  stop_ = true;
  const std::string_view now = protocol_.state();
  if (!at_once || now == "Closing" || now == "Idle") return;
  ++lab_.tally()["stop in the middle: " + std::string(now)];
  waits_since_ = lab_.now();
  give(CloseSession{.finished = false, .public_ledger = disk_.spends});
}

void Conductor::end(const std::string& how) {
  over_ = true;
  lab_.on_conductor_end(how);
}

bool Conductor::dies(const std::string& point) {
  if (over_ || !lab_.is_coordinator_killed(point)) return over_;
  over_ = true;
  lab_.on_conductor_killed();
  return true;
}

void Conductor::give(CoordinatorEvent&& event) {
  if (over_) return;
  for (auto& action : protocol_.step(std::move(event), lab_.now())) {
    if (!carry_out(std::move(action))) return;
  }
  if (!over_) check_timer();
}

void Conductor::check_timer() {
  if (protocol_.state() == std::string_view("Idle")) return;
  if (wakes_ && *wakes_ <= lab_.now() + std::max(join_limit, reply_limit)) return;
  lab_.witness().break_rule(Rule::no_hang, std::string("the coordinator is ") + protocol_.state() + " without an end");
}

bool Conductor::carry_out(CoordinatorAction&& action) {
  const std::string name = name_of_action(action);
  if (dies("before " + name)) return false;
  lab_.note(
      "coordinator",
      name + (std::holds_alternative<SendTo>(action) ? " to " + std::to_string(std::get<SendTo>(action).to) : ""));
  return perform(action) && !dies("after " + name);
}

bool Conductor::perform(CoordinatorAction& action) {
  if (const auto* send = std::get_if<SendTo>(&action)) {
    lab_.witness().on_coordinator_said(send->message);
    lab_.send_to_site(send->to, encode(send->message));
  }
  if (const auto* set = std::get_if<SetCoordinatorTimer>(&action)) set_timer(set->at);
  if (const auto* ready = std::get_if<SessionReady>(&action)) return on_ready(*ready);
  if (auto* summed = std::get_if<RoundSummed>(&action)) return on_summed(*summed);
  if (const auto* lost = std::get_if<RoundLost>(&action)) return on_lost(*lost);
  if (const auto* lost = std::get_if<SiteLost>(&action)) {
    lab_.note("coordinator", lost->reason);
    ++lab_.tally()["a site is set aside"];
  }
  if (std::holds_alternative<SessionClosed>(action)) {
    check_length_of_wait("closing", reply_limit);
    end(closes_finished_ ? "finished" : "stopped");
    return false;
  }
  if (const auto* failed = std::get_if<Failed>(&action)) {
    check_length_of_wait("failing", (5 + lab_.world().sites()) * reply_limit + join_limit);
    if (failed->reason.empty()) lab_.witness().break_rule(Rule::no_hang, "an end without a reason");
    end("failed: " + failed->reason);
    return false;
  }
  return true;
}

void Conductor::set_timer(Instant at) {
  wakes_ = at;
  lab_.at(at, [&lab = lab_, this, life = lab_.coordinator_life(), number = ++timer_] {
    // Its object may be gone.
    if (!lab.is_coordinator(life) || number != timer_) return;
    wakes_.reset();
    give(CoordinatorTimer{});
  });
}

void Conductor::later(Millis wait, void (Conductor::*what)()) {
  lab_.at(lab_.now() + wait, [&lab = lab_, this, life = lab_.coordinator_life(), what] {
    if (lab.is_coordinator(life)) (this->*what)();
  });
}

void Conductor::check_length_of_wait(const char* what, Millis longest) {
  if (lab_.now() - waits_since_ <= longest) return;
  lab_.witness().break_rule(Rule::no_hang,
                            std::string(what) + " took " + std::to_string((lab_.now() - waits_since_).count()) + " ms");
}

privacy::PublicSpend Conductor::spend_of(const boundary::RoundPlan& plan, const char* kind) const {
  return {.round = plan.round,
          .attempt = plan.attempt,
          .kind = kind,
          .stage = plan.stage,
          .events = events_of(plan, lab_.world().domain)};
}

bool Conductor::holds(const boundary::RoundPlan& plan) const {
  if (lab_.world().quorum.recovers()) return false;
  const Digest content = content_hash(plan);
  return std::ranges::all_of(
      joined_, [&](const Join& join) { return join.stored_round == plan.round && join.stored_plan == content; });
}

bool Conductor::on_ready(const SessionReady& ready) {
  check_length_of_wait("joining", join_limit + reply_limit);
  joined_ = ready.joined;
  for (const Join& join : joined_) booked_ = std::max(booked_, join.booked_rho);
  if (!resumed_ && booked_ > 0) {
    end("failed: the run stands in the sites' ledgers already");
    return false;
  }
  if (!take_up_lost_round()) return false;
  later(lab_.fit_time(), &Conductor::next);
  return true;
}

bool Conductor::take_up_lost_round() {
  const auto plan = next_plan(course_, lab_.schedule(), lab_.world().domain);
  if (!plan || holds(*plan)) return true;
  const bool booked = booked_ > course_.spent + 1e-9 * budget;
  const bool knows_all_books =
      joined_.size() == lab_.world().sites() &&
      std::ranges::all_of(joined_, [this](const Join& join) { return join.booked_rho == booked_; });
  const bool sure = knows_all_books && booked_ >= course_.spent - 1e-9 * budget;
  const bool may_be_booked = !sure && disk_.asked == plan->round;
  if (!booked && !may_be_booked) return true;
  ++lab_.tally()["resumed: a round is counted as lost"];
  const auto lost = spend_of(*plan, "lost");
  return plan_anew(lost, std::max(booked_, course_.spent + privacy::cost_of({lost}).value));
}

bool Conductor::plan_anew(privacy::PublicSpend spend, double booked) {
  if (lab_.schedule().twin != Twin::lists_no_losses) disk_.add_spend(std::move(spend));
  if (dies("after add_spend of a loss")) return false;
  course_.spent = std::max(course_.spent, booked);
  ++course_.attempt;
  if (!keep()) return false;
  disk_.asked = 0;
  return true;
}

bool Conductor::keep() {
  disk_.checkpoint = course_;
  return !dies("after the checkpoint");
}

void Conductor::next() {
  if (over_) return;
  auto plan = next_plan(course_, lab_.schedule(), lab_.world().domain);
  waits_since_ = lab_.now();
  if (!plan || stop_) {
    if (course_.done == 0 && !stop_) return end("failed: the whole budget was lost before anything was measured");
    closes_finished_ = !stop_;
    return give(CloseSession{.finished = closes_finished_, .public_ledger = disk_.spends});
  }
  disk_.asked = plan->round;
  if (dies("after note_asked")) return;
  plan->reuse = holds(*plan);
  give(StartRound{std::move(*plan)});
}

void Conductor::spoil(RoundSummed& summed) const {
  const Twin twin = lab_.schedule().twin;
  if (twin != Twin::counts_twice && twin != Twin::leaves_one_out) return;
  const auto place = lab_.world().roster.index_of(lab_.world().keys[0].public_key());
  auto words = summed.total.words();
  const auto more = lab_.witness().released(*place, summed.plan);
  for (std::size_t k = 0; k < words.size(); ++k) words[k] += twin == Twin::counts_twice ? more[k] : -more[k];
  summed.total = boundary::Total(std::move(words));
}

bool Conductor::on_summed(RoundSummed& summed) {
  spoil(summed);
  lab_.on_summed(summed);
  check_length_of_wait("a round", (5 + lab_.world().sites()) * reply_limit);
  losses_ = 0;
  booked_ = std::max(booked_, summed.booked);
  disk_.add_spend(spend_of(summed.plan, summed.plan.reuse ? "reuse" : "spend"));
  if (dies("after add_spend")) return false;
  course_.spent += cost_of(summed.plan, lab_.world().domain).value;
  ++course_.done;
  course_.attempt = 0;
  if (!keep()) return false;
  later(lab_.fit_time(), &Conductor::next);
  return true;
}

bool Conductor::on_lost(const RoundLost& lost) {
  ++lab_.tally()["a round is lost"];
  lab_.note("coordinator", lost.reason);
  check_length_of_wait("a round", (5 + lab_.world().sites()) * reply_limit);
  booked_ += cost_of(lost.plan, lab_.world().domain).value;
  // What was lost stands in the list: it counts, also where less is booked than had been feared before.
  const double counted = course_.spent + cost_of(lost.plan, lab_.world().domain).value;
  if (!plan_anew(spend_of(lost.plan, "lost"), std::max(booked_, counted))) return false;
  if (++losses_ == max_losses) {
    end("failed: three rounds in a row were lost");
    return false;
  }
  later(lab_.fit_time(), &Conductor::next);
  return true;
}

}  // namespace fedloom::fault
