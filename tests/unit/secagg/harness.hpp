#pragma once
// Sites and a coordinator without threads or a wire, for the tests of the protocol: a World of keys, roster and plans,
// programs that answer as a site would, and a Simulation that carries encoded messages and moves the clock.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "fedloom/boundary/release.hpp"
#include "fedloom/secagg/coordinator_protocol.hpp"
#include "fedloom/secagg/site_protocol.hpp"
#include "support/manual_clock.hpp"
#include "support/split_mix_random.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::test {

/// n sites with keys from fixed seeds; keys[i] belongs to place i of the roster.
struct World {
  explicit World(std::size_t sites, std::vector<schema::Domain::Axis> axes = {{"a", 7}, {"b", 5}});
  /// With recovery.
  World(const Quorum& wanted, std::vector<schema::Domain::Axis> axes = {{"a", 7}, {"b", 5}})
      : World(wanted.sites, std::move(axes)) {
    quorum = wanted;
  }
  std::size_t sites() const { return keys.size(); }
  /// What one round with this plan costs every site, as the coordinator lists it.
  privacy::PublicSpend spend(const boundary::RoundPlan& plan) const;
  /// All one- and two-way counts of the domain. Counts on one contributor, so that tests may look at a share.
  boundary::RoundPlan plan(std::uint32_t round, std::uint32_t attempt = 0) const;
  std::vector<SigningKey> keys;
  Roster roster;
  Quorum quorum;
  secagg::RunContext run;
  schema::Domain domain;
};

/// A site's program: random counts, a real ledger, real noise from the test generator.
class SiteProgram {
 public:
  SiteProgram(const World& world, std::size_t place, std::uint64_t seed);
  secagg::SharePrepared prepare(const boundary::RoundPlan& plan);
  privacy::LedgerHead head() const { return ledger_.head(); }
  double booked() const { return accountant_.spent_in_run().value; }
  /// The words of the share that prepare() of a program with the same world, place and seed gives.
  static std::vector<std::uint64_t> words(const World& world, std::size_t place, std::uint64_t seed,
                                          const boundary::RoundPlan& plan);

 private:
  boundary::NoisedShare release(const boundary::RoundPlan& plan);
  const World* world_;
  std::uint64_t seed_;
  TempFolder folder_;
  privacy::Ledger ledger_;
  privacy::Accountant accountant_;
};

/// The sum of all sites' words, mod 2^64; or of those at `places`.
std::vector<std::uint64_t> exact_total(const World& world, std::uint64_t seed, const boundary::RoundPlan& plan);
std::vector<std::uint64_t> exact_total(const World& world, std::uint64_t seed, const boundary::RoundPlan& plan,
                                       const std::vector<std::size_t>& places);

/// What a site has on disk of its sealed shares: the announcement and its chunks, as they are sent.
using Sealed = std::vector<secagg::Message>;
Sealed sealed_messages(const secagg::StoreSealed& stored);

/// The first action of one kind, or none.
template <class Action, class Actions>
auto find(Actions& actions) -> decltype(std::get_if<Action>(&actions.front())) {
  for (auto& action : actions) {
    if (auto* found = std::get_if<Action>(&action)) return found;
  }
  return nullptr;
}

class Simulation {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::vector<std::uint32_t> last_sessions;  ///< in roster order; empty: none
  };
  explicit Simulation(World& world) : Simulation(world, Options{}) {}
  Simulation(World& world, Options options);

  /// Carries on until nothing more happens.
  void settle();
  void start_round(const boundary::RoundPlan& plan);
  /// With the list of spends below.
  void close(bool finished);
  void stop_site(std::size_t place);
  /// One for each round started: the run's public ledger.
  std::vector<privacy::PublicSpend> spends;
  /// A coordinator that lies: called with each of its messages on the way to a site.
  std::function<void(std::size_t place, secagg::Message& message)> tamper;
  /// What becomes of each message on its way: true lets it arrive. May change a site's message, as `tamper` does the
  /// coordinator's.
  std::function<bool(secagg::Endpoint from, secagg::Endpoint to, secagg::Message& message)> on_way;
  /// A message out of the blue, as if from that site's endpoint.
  void inject(std::size_t place, secagg::Message message);
  /// A site's process dies, and another is started on what it has stored: its session number and its ledger.
  void restart_site(std::size_t place);
  /// Nothing from a site arrives any more, and nothing reaches it.
  void cut_off(std::size_t place) { cut_off_.push_back(place); }
  /// The coordinator's connection to a site breaks.
  void lose(std::size_t place);
  /// Fires the coordinator's timer once `by` has passed.
  void pass(Millis by);

  /// What the coordinator was told, messages left out.
  std::vector<secagg::CoordinatorAction> coordinator;
  /// What each site was told, messages left out.
  std::vector<std::vector<secagg::SiteAction>> site;
  /// Every message in the order sent; endpoint 0 is the coordinator, place i is i + 1.
  struct Sent {
    secagg::Endpoint from, to;
    Bytes bytes;
  };
  std::vector<Sent> wire;
  const char* state(std::size_t place) const { return members_[place].protocol->state(); }
  const secagg::CoordinatorProtocol& protocol() const { return *coordinator_; }

 private:
  struct Member {
    std::unique_ptr<SiteProgram> program;
    std::unique_ptr<SplitMixRandom> random;
    std::unique_ptr<secagg::SiteProtocol> protocol;
    std::optional<Instant> timer;
    std::map<Digest, Sealed> outbox;  ///< by context
    std::uint32_t last_session = 0;
  };
  void make_site(std::size_t place);
  void give_site(std::size_t place, secagg::SiteEvent&& event);
  void give_coordinator(secagg::CoordinatorEvent&& event);
  void send(secagg::Endpoint from, secagg::Endpoint to, const secagg::Message& message);
  bool deliver_one();
  bool fire_a_site_timer();

  const World* world_;
  std::uint64_t seed_;
  ManualClock clock_;
  std::vector<Member> members_;
  std::unique_ptr<secagg::CoordinatorProtocol> coordinator_;
  std::deque<Sent> in_transit_;
  std::vector<std::size_t> cut_off_;
};

}  // namespace fedloom::test
