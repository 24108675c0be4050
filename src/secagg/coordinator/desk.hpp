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
  Places sites;  ///< whose program sent it
};

/// How a site stands with the coordinator.
enum class Standing : std::uint8_t {
  unheard,    ///< has not joined
  here,       ///< is waited for
  late,       ///< missed a deadline: still told everything, no longer waited for
  returning,  ///< has joined again: in the next session
  gone        ///< its connection is lost, it has refused, or it broke the protocol
};

struct Seat {
  Standing standing = Standing::unheard;
  std::optional<Endpoint> endpoint;
  std::optional<Join> join;
  privacy::LedgerHead head;
  double booked = 0;
};

/// Which timer has come.
enum class Due : std::uint8_t { nothing, ask_again, deadline };

class Desk {
 public:
  explicit Desk(CoordinatorSetup setup);
  const CoordinatorSetup& setup() const noexcept { return setup_; }
  const Quorum& quorum() const noexcept { return setup_.quorum; }
  std::size_t sites() const noexcept { return setup_.roster.size(); }
  const PublicKey& key_of(std::size_t place) const { return setup_.roster.members()[place].key; }
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
  /// To those who are here or late.
  void send_to_all(const Message& message);
  void send_to(std::size_t place, const Message& message);

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
  void clear_deadline() noexcept;
  bool has_deadline() const noexcept { return deadline_.has_value(); }
  /// Asks for the timer again when it was early.
  Due due();

  /// Tells everyone heard from, and ends.
  Next fail(std::string reason, const Places& about);
  /// What a site's no means to a person.
  static std::string sentence(const std::string& site, RefusalCode code);
  Rejection out_of_turn(const char* message, const char* state, Endpoint from) const;

  /// The session is open and sites may be lost from now on.
  bool can_lose() const noexcept { return quorum().recovers() && session_ > 0; }
  void set_aside(std::size_t place, Standing standing, const std::string& reason);
  /// A late site has spoken: it is waited for again.
  void welcome_back(std::size_t place);
  void admit(Join&& join, Endpoint from, Standing standing);
  Seat& seat(std::size_t place) { return seats_[place]; }
  const Seat& seat(std::size_t place) const { return seats_[place]; }
  bool is_here(std::size_t place) const { return seats_[place].standing == Standing::here; }
  Places standing_as(Standing standing) const;
  /// Who can be waited for: those who are here; when they are too few, until the deadline the late ones too.
  Places reachable() const;
  bool enough(std::size_t sites) const { return sites >= quorum().threshold(); }

  void open_session(std::uint32_t session) noexcept {
    session_ = session;
    session_over_ = false;
  }
  std::uint32_t session() const noexcept { return session_; }
  /// Of the round that was started last.
  const RoundId& newest() const noexcept { return newest_; }
  void set_newest(const RoundId& id) noexcept { newest_ = id; }
  /// Whose keys are in the session.
  const Places& members() const noexcept { return members_; }
  void set_members(Places&& members) { members_ = std::move(members); }
  bool is_member(std::size_t place) const;
  /// The next round needs a new session.
  void end_session() noexcept { session_over_ = true; }
  bool needs_session() const;

  /// In roster order, of every site that was heard.
  std::vector<SiteHead> heads() const;
  double most_booked() const;

 private:
  Rejection stranger(Endpoint from) const;
  Rejection unsigned_by(std::size_t place, Endpoint from) const;
  std::optional<Rejection> misplaced(std::size_t place, Endpoint from) const;
  Places speaker(Endpoint from) const;

  CoordinatorSetup setup_;
  std::uint32_t session_ = 0;
  RoundId newest_;
  bool session_over_ = false;
  Instant now_{0};
  std::optional<Instant> deadline_;
  std::optional<Instant> ask_again_;
  std::set<Endpoint> heard_;
  std::vector<Seat> seats_;  ///< in roster order
  Places members_;
  std::vector<CoordinatorAction> actions_;
};

std::string list_of(const Desk& desk, const Places& places);

}  // namespace fedloom::secagg::coordinator
