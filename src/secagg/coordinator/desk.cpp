#include "desk.hpp"

#include <algorithm>
#include <stdexcept>

#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {

std::string Desk::sentence(const std::string& site, RefusalCode code) {
  switch (code) {
    case RefusalCode::withdrew:
      return site + " withdrew; ask its custodian";
    case RefusalCode::policy:
      return site + " refused the plan: its policy does not allow it; ask its custodian";
    case RefusalCode::budget_run:
      return site + " refused the plan: over its budget per run; ask its custodian";
    case RefusalCode::budget_lifetime:
      return site + " refused the plan: over its lifetime budget; ask its custodian";
    case RefusalCode::roster:
      return site + " refused the roster: it is not the one that it approved; compare fingerprints with its custodian";
    case RefusalCode::configuration:
      return site + " has other experiment or schema files, or is in another run; give it the same files";
    case RefusalCode::protocol:
      return site + " ended the session because a message broke the protocol; its own log says which";
    case RefusalCode::stopping:
      return site + " was asked to stop; start the run again with --resume";
  }
  return site + " refused; ask its custodian";
}

Desk::Desk(CoordinatorSetup setup) : setup_(std::move(setup)), seats_(setup_.roster.size()) {
  if (const auto fault = fault_of(setup_.quorum); !fault.empty()) throw std::invalid_argument(fault);
  FEDLOOM_CHECK(setup_.quorum.sites == setup_.roster.size());
  FEDLOOM_CHECK(setup_.run.roster_hash == setup_.roster.fingerprint());
}

std::string Desk::site_name(std::size_t place) const { return "site " + setup_.roster.members()[place].id.name; }

std::vector<SiteId> Desk::ids(const Places& places) const {
  std::vector<SiteId> out;
  for (const std::size_t place : places) out.push_back(setup_.roster.members()[place].id);
  return out;
}

void Desk::send_to(std::size_t place, const Message& message) {
  const Standing standing = seats_[place].standing;
  if (standing != Standing::here && standing != Standing::late) return;
  act(SendTo{seats_[place].endpoint.value(), message});
}

void Desk::send_to_all(const Message& message) {
  for (std::size_t place = 0; place < sites(); ++place) send_to(place, message);
}

std::optional<std::size_t> Desk::site_at(Endpoint from) const {
  for (std::size_t place = 0; place < seats_.size(); ++place) {
    if (seats_[place].endpoint == from) return place;
  }
  return std::nullopt;
}

std::string Desk::name_at(Endpoint from) const {
  const auto place = site_at(from);
  return place ? site_name(*place) : "endpoint " + std::to_string(from);
}

Places Desk::speaker(Endpoint from) const {
  const auto place = site_at(from);
  return place ? Places{*place} : Places{};
}

Rejection Desk::stranger(Endpoint from) const {
  return {name_at(from) + " speaks with a key that is not in the roster; compare the roster files", speaker(from)};
}

Rejection Desk::unsigned_by(std::size_t place, Endpoint from) const {
  return {"a message from endpoint " + std::to_string(from) + " in the name of " + site_name(place) +
              " is not signed by it for this run; give it the same files, run id and program version, and its own key",
          // Before the site has joined, its place is all that is known.
          site_at(from) ? speaker(from) : Places{place}};
}

std::optional<Rejection> Desk::misplaced(std::size_t place, Endpoint from) const {
  const auto at = site_at(from);
  if (at && *at != place) {
    return Rejection{
        site_name(*at) + " sent a message in the name of " + site_name(place) + "; start one program for each site",
        {*at}};
  }
  const auto& known = seats_[place].endpoint;
  if (known && *known != from) {
    return Rejection{site_name(place) + " is here twice (endpoints " + std::to_string(*known) + " and " +
                         std::to_string(from) + "); start one program for each site, each with its own policy",
                     {}};
  }
  return std::nullopt;
}

void Desk::set_deadline(Millis limit) {
  deadline_ = now_ + limit;
  ask_again_ = now_ + limit / 2;
  act(SetCoordinatorTimer{*ask_again_});
}

void Desk::clear_deadline() noexcept {
  deadline_.reset();
  ask_again_.reset();
}

Due Desk::due() {
  if (!deadline_) return Due::nothing;
  if (now_ >= *deadline_) return Due::deadline;
  if (!ask_again_ || now_ < *ask_again_) {
    act(SetCoordinatorTimer{ask_again_ ? *ask_again_ : *deadline_});
    return Due::nothing;
  }
  ask_again_.reset();
  act(SetCoordinatorTimer{*deadline_});
  return Due::ask_again;
}

Next Desk::fail(std::string reason, const Places& about) {
  for (const Endpoint to : heard_) act(SendTo{to, Abort{reason}});
  act(Failed{std::move(reason), ids(about)});
  return std::make_unique<Ended>("Failed");
}

Rejection Desk::out_of_turn(const char* message, const char* state, Endpoint from) const {
  return {name_at(from) + " sent " + message + " out of turn (the coordinator is " + state +
              "); check that all programs are of the same version",
          speaker(from)};
}

void Desk::set_aside(std::size_t place, Standing standing, const std::string& reason) {
  // Whoever has not joined stays unheard: there is nobody to tell anything.
  if (seats_[place].endpoint) seats_[place].standing = standing;
  act(SiteLost{setup_.roster.members()[place].id, reason});
}

void Desk::welcome_back(std::size_t place) {
  if (seats_[place].standing == Standing::late) seats_[place].standing = Standing::here;
}

void Desk::admit(Join&& join, Endpoint from, Standing standing) {
  Seat& seat = seats_[*setup_.roster.index_of(join.key)];
  seat.standing = standing;
  seat.endpoint = from;
  seat.head = join.head;
  seat.booked = std::max(seat.booked, join.booked_rho);
  seat.join = std::move(join);
}

Places Desk::standing_as(Standing standing) const {
  Places places;
  for (std::size_t place = 0; place < seats_.size(); ++place) {
    if (seats_[place].standing == standing) places.push_back(place);
  }
  return places;
}

Places Desk::reachable() const {
  Places places = standing_as(Standing::here);
  if (enough(places.size()) || !has_deadline()) return places;
  const Places late = standing_as(Standing::late);
  places.insert(places.end(), late.begin(), late.end());
  std::ranges::sort(places);
  return places;
}

bool Desk::is_member(std::size_t place) const { return std::ranges::binary_search(members_, place); }

bool Desk::needs_session() const { return session_over_ || !standing_as(Standing::returning).empty(); }

std::vector<SiteHead> Desk::heads() const {
  std::vector<SiteHead> heads;
  for (std::size_t place = 0; place < seats_.size(); ++place) {
    if (seats_[place].standing != Standing::unheard) heads.push_back({key_of(place), seats_[place].head});
  }
  return heads;
}

double Desk::most_booked() const {
  double most = 0;
  for (const Seat& seat : seats_) most = std::max(most, seat.booked);
  return most;
}

std::string list_of(const Desk& desk, const Places& places) {
  std::string out = places.size() == 1 ? "site " : "sites ";
  const auto ids = desk.ids(places);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += i + 1 == ids.size() ? " and " : ", ";
    out += ids[i].name;
  }
  return out;
}

}  // namespace fedloom::secagg::coordinator
