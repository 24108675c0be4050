#pragma once
// All sites of a world, real ones, and a coordinator that the test writes: it gets genuine messages from here, made of
// what the sites have said, and tells each site what it likes.

#include "victim.hpp"

namespace fedloom::test {

/// A quorum for a lying coordinator.
inline Quorum against_liars(std::uint32_t sites, std::uint32_t dropouts) {
  return {.sites = sites, .colluding = 1, .dropouts = dropouts, .coordinator = Coordinator::malicious};
}

class Liar {
 public:
  /// What one site has said, the newest of each kind.
  struct Heard {
    std::optional<secagg::Join> join;
    std::optional<secagg::Advertise> advertise;
    std::optional<secagg::Offer> offer;
    std::optional<secagg::ShareMessage> share;
    std::vector<std::uint64_t> words;
    std::optional<secagg::Agree> agree;
    std::optional<secagg::Unmask> unmask;
    std::optional<secagg::Goodbye> goodbye;
  };
  using Places = std::vector<std::uint32_t>;

  /// Every site has joined.
  explicit Liar(const Quorum& quorum);
  /// Gives a site a message, and keeps it and what the site answers.
  void tell(std::size_t place, const secagg::Message& message);
  void tell_all(const std::function<secagg::Message(std::size_t place)>& message);

  secagg::OpenSession open() const { return {world.run, session}; }
  secagg::KeyList key_list() const;
  secagg::PlanMessage plan_message() const { return {session, plan(), heads()}; }
  secagg::Deal deal(std::size_t receiver) const;
  secagg::Survivors survivors(Places places) const { return {id(), std::move(places)}; }
  secagg::Survivors survivors() const { return survivors(everyone()); }
  secagg::Proof proof() const;
  secagg::CloseRun close(bool finished) const { return {session, finished, heads(), spends}; }
  std::vector<secagg::SiteHead> heads() const;

  /// Whole genuine stretches, told to every site.
  void open_session(std::uint32_t number);
  void start_round(std::uint32_t number);
  void deal_and_mask();
  void agree_and_unmask();
  void play_round(std::uint32_t number);

  boundary::RoundPlan plan() const { return world.plan(round, session - 1); }
  secagg::RoundId id() const { return {session, round, session - 1}; }
  Places everyone() const;

  World world;
  std::vector<std::unique_ptr<Victim>> sites;
  std::vector<Heard> heard;
  /// Every message told, by site.
  std::vector<std::vector<secagg::Message>> told;
  std::vector<privacy::PublicSpend> spends;
  std::uint32_t session = 0, round = 0;

 private:
  void hear(std::size_t place, secagg::Message&& message);
};

/// Five sites, one of which may drop out: two rounds, a second session, a third round, the end.
Liar play_with_recovery();
/// Three sites, none of which may drop out: two rounds, the end.
Liar play_all_or_nothing();

/// A fresh site 0 that has been told the first `count` messages that the liar has told its site 0: as all is seeded,
/// the same site in the same state.
std::unique_ptr<Victim> replay(const Liar& liar, std::size_t count);

}  // namespace fedloom::test
