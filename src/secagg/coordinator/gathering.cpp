#include <algorithm>
#include <limits>

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

Next Gathering::enter(Desk& desk) {
  desk.set_deadline(desk.setup().join_limit);
  return std::make_unique<Gathering>(desk.sites());
}

Next Gathering::on_message(Desk& desk, Endpoint from, Message&& message) {
  if (auto* join = std::get_if<Join>(&message)) return on_join(desk, from, std::move(*join));
  return State::on_message(desk, from, std::move(message));
}

Next Gathering::on_join(Desk& desk, Endpoint from, Join&& join) {
  const auto who = desk.author(join, from);
  if (const auto* rejection = std::get_if<Rejection>(&who)) return desk.fail(rejection->reason, rejection->sites);
  const std::size_t place = std::get<std::size_t>(who);
  const std::string site = desk.site_name(place);
  if (joined_[place]) return desk.fail(site + " joined twice; start one program for each site", {place});
  if (join.run != desk.setup().run) return desk.fail(difference(site, join.run, desk.setup().run), {place});
  if (!is_genuine(join.key, join.head)) {
    return desk.fail(site + " sent a ledger head that it has not signed; run `fedloom ledger verify` there", {place});
  }
  if (join.last_session == std::numeric_limits<std::uint32_t>::max()) {
    return desk.fail(site + " has used up all session numbers of this run; start a new run", {place});
  }
  desk.admit(std::move(join), from);
  joined_[place] = true;
  if (!waiting_for().empty()) return nullptr;
  return Keying::enter(desk);
}

Next Gathering::on_close(Desk& desk, const CloseSession&) {
  return desk.fail("the coordinator was stopped before every site had joined; start it again", {});
}

}  // namespace fedloom::secagg::coordinator
