#include "desk.hpp"

#include <stdexcept>

#include "fedloom/base/check.hpp"
#include "states.hpp"

namespace fedloom::secagg::coordinator {
namespace {

std::string sentence(const std::string& site, RefusalCode code) {
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

}  // namespace

Desk::Desk(CoordinatorSetup setup) : setup_(std::move(setup)) {
  if (setup_.roster.size() < 2) throw std::invalid_argument("a secure sum needs at least two sites in the roster");
  FEDLOOM_CHECK(setup_.run.roster_hash == setup_.roster.fingerprint());
  endpoints_.resize(sites());
  joins_.resize(sites());
  heads_.resize(sites());
  booked_.resize(sites());
}

std::string Desk::site_name(std::size_t place) const { return "site " + setup_.roster.members()[place].id.name; }

std::vector<SiteId> Desk::ids(const Places& places) const {
  std::vector<SiteId> out;
  for (const std::size_t place : places) out.push_back(setup_.roster.members()[place].id);
  return out;
}

void Desk::send_to_all(const Message& message) {
  for (const auto& endpoint : endpoints_) act(SendTo{endpoint.value(), message});
}

std::optional<std::size_t> Desk::site_at(Endpoint from) const {
  for (std::size_t place = 0; place < endpoints_.size(); ++place) {
    if (endpoints_[place] == from) return place;
  }
  return std::nullopt;
}

std::string Desk::name_at(Endpoint from) const {
  const auto place = site_at(from);
  return place ? site_name(*place) : "endpoint " + std::to_string(from);
}

Rejection Desk::stranger(Endpoint from) const {
  return {name_at(from) + " speaks with a key that is not in the roster; compare the roster files", {}};
}

Rejection Desk::unsigned_by(std::size_t place, Endpoint from) const {
  return {"a message from endpoint " + std::to_string(from) + " in the name of " + site_name(place) +
              " is not signed by it for this run; give it the same files, run id and program version, and its own key",
          {place}};
}

std::optional<Rejection> Desk::misplaced(std::size_t place, Endpoint from) const {
  const auto at = site_at(from);
  if (at && *at != place) {
    return Rejection{
        site_name(*at) + " sent a message in the name of " + site_name(place) + "; start one program for each site",
        {*at, place}};
  }
  if (endpoints_[place] && *endpoints_[place] != from) {
    return Rejection{site_name(place) + " is here twice (endpoints " + std::to_string(*endpoints_[place]) + " and " +
                         std::to_string(from) + "); start one program for each site, each with its own policy",
                     {place}};
  }
  return std::nullopt;
}

void Desk::set_deadline(Millis limit) {
  deadline_ = now_ + limit;
  act(SetCoordinatorTimer{*deadline_});
}

bool Desk::is_due() {
  if (!deadline_) return false;
  if (now_ >= *deadline_) return true;
  act(SetCoordinatorTimer{*deadline_});
  return false;
}

Next Desk::fail(std::string reason, const Places& about) {
  for (const Endpoint to : heard_) act(SendTo{to, Abort{reason}});
  act(Failed{std::move(reason), ids(about)});
  return std::make_unique<Ended>("Failed");
}

Next Desk::refused(const Refuse& refusal, Endpoint from) {
  const auto who = author(refusal, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return fail(rejection->reason, rejection->sites);
  const std::size_t place = std::get<std::size_t>(who);
  if (refusal.session != 0 && refusal.session != session_) {
    return fail(site_name(place) + " refused something of session " + std::to_string(refusal.session) +
                    ", but this one is " + std::to_string(session_) + "; start the run again with --resume",
                {place});
  }
  return fail(sentence(site_name(place), refusal.code), {place});
}

Next Desk::out_of_turn(const char* message, const char* state, Endpoint from) {
  const auto place = site_at(from);
  return fail(name_at(from) + " sent " + message + " out of turn (the coordinator is " + state +
                  "); check that all programs are of the same version",
              place ? Places{*place} : Places{});
}

void Desk::admit(Join&& join, Endpoint from) {
  const std::size_t place = *setup_.roster.index_of(join.key);
  endpoints_[place] = from;
  heads_[place] = {join.key, join.head};
  booked_[place] = join.booked_rho;
  joins_[place] = std::move(join);
}

std::vector<Join> Desk::take_joins() {
  std::vector<Join> out;
  for (auto& join : joins_) out.push_back(std::move(join.value()));
  joins_.clear();
  return out;
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
