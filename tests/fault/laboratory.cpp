#include "laboratory.hpp"

#include <algorithm>
#include <ostream>

namespace fedloom::fault {
namespace {

/// Far beyond the longest schedule; whoever is not done by then hangs.
constexpr Millis longest_schedule{600000};
constexpr std::size_t most_events = 300000;

bool is_due(std::vector<std::uint64_t>& kills) {
  bool due = false;
  for (auto& left : kills) due = (left > 0 && --left == 0) || due;
  return due;
}

test::World make_world(const Schedule& schedule) { return {schedule.quorum, schedule.axes}; }

}  // namespace

Laboratory::Laboratory(const Schedule& schedule, Tally& tally, std::ostream* trace)
    : schedule_(schedule),
      tally_(tally),
      trace_(trace),
      world_(make_world(schedule)),
      chance_(schedule.seed * 17 + 5),
      network_(agenda_, schedule_, tally),
      witness_(world_, schedule_.promised),
      seats_(world_.sites()) {
  for (std::size_t place = 0; place < seats_.size(); ++place) {
    seats_[place].site = std::make_unique<Site>(*this, place);
  }
  plan_faults();
}

void Laboratory::plan_faults() {
  const Faults& faults = schedule_.faults;
  for (const Kill& kill : schedule_.kills) {
    (kill.place ? seats_[*kill.place].kills : coordinator_kills_).push_back(kill.at);
  }
  for (unsigned k = 0; k < faults.stops; ++k) {
    agenda_.at(chance_.between(Millis(100), Millis(1500)), [this, at_once = chance_.hits(0.5)] {
      if (conductor_->is_running()) conductor_->stop(at_once);
    });
  }
}

void Laboratory::run() {
  start_coordinator(false, true);
  for (std::size_t events = 0; agenda_.happen(); ++events) {
    if (events < most_events && now() < longest_schedule) continue;
    witness_.break_rule(Rule::no_hang,
                        std::string("the schedule does not end; the coordinator is ") + conductor_->state());
    return;
  }
  end_of_all();
}

void Laboratory::end_of_all() {
  if (outcome_.empty()) witness_.break_rule(Rule::no_hang, std::string("the coordinator is ") + conductor_->state());
  std::vector<double> booked;
  for (const Seat& seat : seats_) {
    if (seat.site->is_running()) witness_.break_rule(Rule::no_hang, std::string("a site is ") + seat.site->state());
    booked.push_back(seat.site->life() == 0 ? 0 : seat.site->booked());
  }
  const double listed = finished() ? privacy::cost_of(disk_.spends).value : disk_.listed(schedule_, world_.domain);
  witness_.on_books(listed, budget, booked);
}

std::size_t Laboratory::place_of(const SiteId& site) const {
  const auto& members = world_.roster.members();
  return static_cast<std::size_t>(std::ranges::find(members, site, &Member::id) - members.begin());
}

std::vector<std::uint64_t> Laboratory::counts(std::size_t place, const boundary::RoundPlan& plan) const {
  test::SplitMixRandom random(schedule_.seed * 1000003 + place * 1009 + plan.round);
  std::vector<std::uint64_t> words;
  for (const auto& planned : plan.queries) {
    for (std::uint64_t k = planned.query.length(world_.domain); k > 0; --k) {
      words.push_back(random.next() >> 24 << planned.site_noise.grid_bits);
    }
  }
  return words;
}

Millis Laboratory::fit_time() {
  // Sometimes long enough that a site which was lost is back.
  return chance_.hits(0.1) ? chance_.between(Millis(1000), Millis(8000)) : chance_.between(Millis(1), Millis(200));
}

void Laboratory::note(const std::string& who, const std::string& what) {
  if (trace_ != nullptr) *trace_ << now().count() << " ms  " << who << ": " << what << "\n";
}

void Laboratory::start_coordinator(bool resumed, bool everybody) {
  if (conductor_) former_.push_back(std::move(conductor_));
  ++coordinator_life_;
  conductor_ = std::make_unique<Conductor>(*this, disk_, resumed);
  conductor_->start();
  for (std::size_t place = 0; place < seats_.size(); ++place) {
    if (!everybody && !seats_[place].waits) continue;
    agenda_.after(chance_.between(Millis(1), Millis(300)), [this, place] { start_site(place); });
  }
}

void Laboratory::start_site(std::size_t place) {
  Seat& seat = seats_[place];
  if (!outcome_.empty() || seat.site->is_running()) return;
  // Nobody to connect to: started with the coordinator.
  seat.waits = !conductor_->is_running();
  if (!seat.waits) seat.site->start();
}

void Laboratory::connect(std::size_t place) {
  Seat& seat = seats_[place];
  const auto endpoint = static_cast<secagg::Endpoint>(schedule_.faults.same_endpoint ? place : connections_.size()) + 1;
  seat.connection = connections_.size();
  by_endpoint_[endpoint] = connections_.size();
  connections_.push_back({place, seat.site->life(), coordinator_life_, endpoint, {place}, {place}});
}

void Laboratory::send_to_coordinator(std::size_t place, Bytes bytes) {
  Connection& connection = connections_[*seats_[place].connection];
  network_.carry(connection.up, std::move(bytes), [this, &connection](Bytes&& arrived) {
    if (is_coordinator(connection.coordinator_life)) conductor_->receive(connection.endpoint, arrived);
  });
}

void Laboratory::send_to_site(secagg::Endpoint to, Bytes bytes) {
  Connection& connection = connections_[by_endpoint_.at(to)];
  network_.carry(connection.down, std::move(bytes), [this, &connection](Bytes&& arrived) {
    Site& site = *seats_[connection.place].site;
    if (site.life() == connection.site_life) site.receive(std::move(arrived));
  });
}

bool Laboratory::is_killed(std::size_t place, const std::string& point) {
  const auto scripted = std::ranges::find_if(
      schedule_.losses, [&](const ScriptedLoss& loss) { return loss.place == place && loss.point == point; });
  if (scripted == schedule_.losses.end() && !is_due(seats_[place].kills)) return false;
  if (scripted != schedule_.losses.end()) schedule_.losses.erase(scripted);
  note("site " + std::to_string(place), "killed " + point);
  ++tally_["site killed " + point];
  return true;
}

bool Laboratory::sends_again(std::size_t place, const Digest& context) {
  return !sent_shares_.insert({place, context}).second;
}

void Laboratory::on_site_end(std::size_t place, SiteEnd why) {
  Seat& seat = seats_[place];
  note("site " + std::to_string(place), "ends, " + std::to_string(static_cast<int>(why)));
  Connection& connection = connections_[*seat.connection];
  network_.close(connection.up, [this, &connection] {
    if (is_coordinator(connection.coordinator_life)) conductor_->lose(connection.endpoint);
  });
  // What was told to leave while the others go on is started again, too.
  const bool again = why == SiteEnd::killed || why == SiteEnd::disconnected || why == SiteEnd::gave_up ||
                     (why == SiteEnd::told_to && conductor_->is_running());
  if (!again || seat.restarts == schedule_.site_restarts) return;
  ++seat.restarts;
  ++tally_["site restarted"];
  agenda_.after(chance_.between(Millis(20), Millis(1500)), [this, place] { start_site(place); });
}

bool Laboratory::is_coordinator_killed(const std::string& point) {
  if (!is_due(coordinator_kills_)) return false;
  note("coordinator", "killed " + point);
  ++tally_["coordinator killed " + point];
  return true;
}

void Laboratory::break_connections() {
  for (Connection& connection : connections_) {
    if (connection.coordinator_life != coordinator_life_) continue;
    network_.close(connection.down, [this, &connection] {
      Site& site = *seats_[connection.place].site;
      if (site.life() == connection.site_life) site.lose_connection();
    });
  }
}

void Laboratory::on_conductor_killed() {
  break_connections();
  agenda_.after(chance_.between(Millis(20), Millis(1500)), [this] { start_coordinator(true, false); });
}

void Laboratory::on_conductor_end(const std::string& how) {
  note("coordinator", how);
  break_connections();
  const bool again = how != "finished" && resumes_ < schedule_.resumes;
  if (!again) {
    outcome_ = how;
    return;
  }
  ++resumes_;
  ++tally_["resumed by a person"];
  agenda_.after(chance_.between(Millis(200), Millis(3000)), [this] { start_coordinator(true, true); });
}

void Laboratory::on_summed(const secagg::RoundSummed& summed) {
  witness_.on_summed(summed);
  ++tally_["a round is summed, with " + std::to_string(world_.sites() - summed.survivors.size()) + " lost"];
  sums_.push_back({summed.plan, boundary::Total(std::vector(summed.total.words())), summed.survivors, summed.booked});
}

}  // namespace fedloom::fault
