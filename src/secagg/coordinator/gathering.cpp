#include "states.hpp"

namespace fedloom::secagg::coordinator {
namespace {

std::string difference(const std::string& site, const RunContext& its, const RunContext& ours) {
  if (its.config_hash != ours.config_hash) {
    return site + "'s experiment or schema files differ from the coordinator's; give every site the same files";
  }
  if (its.roster_hash != ours.roster_hash) {
    return site + "'s roster differs from the coordinator's; compare the fingerprints";
  }
  return site + " is in another run than the coordinator; start all programs with the same run id";
}

}  // namespace

std::optional<std::string> problem_with(const Desk& desk, const Join& join, std::size_t place) {
  const std::string site = desk.site_name(place);
  if (join.run != desk.setup().run) return difference(site, join.run, desk.setup().run);
  if (!is_genuine_head(join.key, join.head)) {
    return site + " sent a ledger head that it has not signed; run `fedloom ledger verify` there";
  }
  if (join.last_session >= max_session) {
    return site + " has used up all session numbers of this run; start a new run";
  }
  return std::nullopt;
}

Next Gathering::enter(Desk& desk) {
  desk.set_deadline(desk.setup().join_limit);
  return std::make_unique<Gathering>();
}

Next Gathering::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (auto* join = std::get_if<Join>(&message)) return on_join(desk, from, std::move(*join));
  // Nothing has begun: what is wrong with a site is for a person to mend first.
  if (const auto* refusal = std::get_if<Refuse>(&message)) {
    const auto who = desk.author(*refusal, from);
    if (const auto* rejection = std::get_if<Rejection>(&who)) return desk.fail(rejection->reason, rejection->sites);
    const std::size_t place = std::get<std::size_t>(who);
    return desk.fail(Desk::sentence(desk.site_name(place), refusal->code), {place});
  }
  const Rejection rejection = desk.out_of_turn(name_of(message), name(), from);
  return desk.fail(rejection.reason, rejection.sites);
}

Next Gathering::on_join(Desk& desk, Endpoint from, Join&& join) {
  const auto who = desk.author(join, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return desk.fail(rejection->reason, rejection->sites);
  const std::size_t place = std::get<std::size_t>(who);
  if (desk.is_here(place)) {
    return desk.fail(desk.site_name(place) + " joined twice; start one program for each site", {place});
  }
  if (auto problem = problem_with(desk, join, place)) return desk.fail(std::move(*problem), {place});
  desk.admit(std::move(join), from, Standing::here);
  return advance(desk);
}

// A site has one connection: when as many are gone as sites are missing, nobody is left to wait for.
Next Gathering::on_stranger_lost(Desk& desk, Endpoint from) {
  lost_.insert(from);
  return advance(desk);
}

Next Gathering::advance(Desk& desk) {
  const std::size_t missing = waiting_for(desk).size();
  if (missing > lost_.size() && desk.has_deadline()) return nullptr;
  // At the deadline they have been named already.
  for (const std::size_t place : desk.has_deadline() ? waiting_for(desk) : Places{}) {
    desk.set_aside(place, Standing::late, desk.site_name(place) + " was lost before it joined");
  }
  const std::size_t here = desk.standing_as(Standing::here).size();
  if (!desk.enough(here)) return fail_with(desk, here, desk.standing_as(Standing::unheard));
  return Keying::enter(desk, std::nullopt);
}

Next Gathering::on_close(Desk& desk, const CloseSession&) {
  return desk.fail("the coordinator was stopped before every site had joined; start it again", {});
}

}  // namespace fedloom::secagg::coordinator
