#pragma once
// What all states of the coordinator share: who has been heard from and where, and how it ends.

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "../signing.hpp"
#include "fedloom/secagg/coordinator_protocol.hpp"

namespace fedloom::secagg::coordinator {

class State;
/// The state to go to; none: stay.
using Next = std::unique_ptr<State>;
/// Places in the roster.
using Places = std::vector<std::size_t>;

struct Rejection {
  std::string reason;
  Places sites;
};

class Desk {
 public:
  explicit Desk(CoordinatorSetup setup);
  const CoordinatorSetup& setup() const noexcept { return setup_; }
  std::size_t sites() const noexcept { return setup_.roster.size(); }
  /// "site north"
  std::string site_name(std::size_t place) const;
  std::vector<SiteId> ids(const Places& places) const;

  void begin(Instant now) noexcept { now_ = now; }
  std::vector<CoordinatorAction> take_actions() { return std::exchange(actions_, {}); }
  /// Made in place: GCC 12 takes a moved variant for uninitialised.
  template <class Action>
  void act(Action&& action) {
    actions_.emplace_back(std::forward<Action>(action));
  }
  void send_to_all(const Message& message);

  /// Heard from; it will be told when the run fails.
  void heard(Endpoint from) { heard_.insert(from); }
  std::optional<std::size_t> site_at(Endpoint from) const;
  /// "site north" or "endpoint 3" when nobody has joined from there.
  std::string name_at(Endpoint from) const;
  /// Who signed the message, or why it cannot be taken: an unknown key, another site's place, a wrong signature.
  template <SiteMessage T>
  std::variant<std::size_t, Rejection> author(const T& message, Endpoint from) const {
    const auto place = setup_.roster.index_of(message.key);
    if (!place) return stranger(from);
    if (auto rejection = misplaced(*place, from)) return *rejection;
    if (!is_genuine(message, setup_.run)) return unsigned_by(*place, from);
    return *place;
  }

  /// A state's wait ends `limit` from now.
  void set_deadline(Millis limit);
  void clear_deadline() noexcept { deadline_.reset(); }
  /// True when the deadline has passed; asks again when the timer was early.
  bool is_due();

  /// Tells everyone heard from, and ends.
  Next fail(std::string reason, const Places& about);
  /// A site's no: checks it and ends.
  Next refused(const Refuse& refusal, Endpoint from);
  /// A message that the present state does not take.
  Next out_of_turn(const char* message, const char* state, Endpoint from);

  void admit(Join&& join, Endpoint from);
  const std::vector<std::optional<Join>>& joins() const noexcept { return joins_; }
  std::vector<Join> take_joins();
  void set_session(std::uint32_t session) noexcept { session_ = session; }
  std::uint32_t session() const noexcept { return session_; }

  /// In roster order: the newest head of each site, and what it has booked.
  std::vector<SiteHead>& heads() noexcept { return heads_; }
  std::vector<double>& booked() noexcept { return booked_; }

 private:
  Rejection stranger(Endpoint from) const;
  Rejection unsigned_by(std::size_t place, Endpoint from) const;
  std::optional<Rejection> misplaced(std::size_t place, Endpoint from) const;

  CoordinatorSetup setup_;
  std::uint32_t session_ = 0;
  Instant now_{0};
  std::optional<Instant> deadline_;
  std::set<Endpoint> heard_;
  std::vector<std::optional<Endpoint>> endpoints_;  ///< in roster order
  std::vector<std::optional<Join>> joins_;          ///< in roster order
  std::vector<SiteHead> heads_;
  std::vector<double> booked_;
  std::vector<CoordinatorAction> actions_;
};

/// Whom a state still waits for: those without an entry, as "sites north and south".
template <class T>
Places missing(const std::vector<std::optional<T>>& entries) {
  Places places;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i]) places.push_back(i);
  }
  return places;
}
std::string list_of(const Desk& desk, const Places& places);

}  // namespace fedloom::secagg::coordinator
