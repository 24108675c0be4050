#pragma once
// Runs one schedule: the real SiteProtocol and CoordinatorProtocol, on a network and in processes that fail as the
// schedule says, in virtual time.

#include <deque>
#include <set>

#include "agenda.hpp"
#include "conductor.hpp"
#include "network.hpp"
#include "site.hpp"

namespace fedloom::fault {

class Laboratory {
 public:
  /// `tally` is added to.
  /// `trace`: told all that happens, for a person who looks into one schedule; none is.
  Laboratory(const Schedule& schedule, Tally& tally, std::ostream* trace = nullptr);
  /// To the end of everything.
  void run();
  bool finished() const noexcept { return outcome_ == "finished"; }
  /// "finished", or how the coordinator ended.
  const std::string& outcome() const noexcept { return outcome_; }
  const std::vector<secagg::RoundSummed>& sums() const noexcept { return sums_; }
  std::size_t place_of(const SiteId& site) const;
  /// A site's true answer, in units of the grid: random counts of 40 bits, so that no sum of other shares than the
  /// right ones, each once, looks like the right one.
  std::vector<std::uint64_t> counts(std::size_t place, const boundary::RoundPlan& plan) const;

  // What sites and conductor ask for
  const Schedule& schedule() const noexcept { return schedule_; }
  const test::World& world() const noexcept { return world_; }
  Witness& witness() noexcept { return witness_; }
  const Witness& witness() const noexcept { return witness_; }
  Tally& tally() noexcept { return tally_; }
  Instant now() const noexcept { return agenda_.now(); }
  void at(Instant when, std::function<void()> what) { agenda_.at(when, std::move(what)); }
  Millis fit_time();
  void note(const std::string& who, const std::string& what);

  void connect(std::size_t place);
  void send_to_coordinator(std::size_t place, Bytes bytes);
  bool is_killed(std::size_t place, const std::string& point);
  bool sends_again(std::size_t place, const Digest& context);
  void on_site_end(std::size_t place, SiteEnd why);

  void send_to_site(secagg::Endpoint to, Bytes bytes);
  bool is_coordinator_killed(const std::string& point);
  void on_conductor_killed();
  void on_conductor_end(const std::string& how);
  void on_summed(const secagg::RoundSummed& summed);
  std::uint32_t coordinator_life() const noexcept { return coordinator_life_; }
  bool is_coordinator(std::uint32_t life) const { return life == coordinator_life_ && conductor_->is_running(); }

 private:
  struct Connection {
    std::size_t place = 0;
    std::uint32_t site_life = 0, coordinator_life = 0;
    secagg::Endpoint endpoint = 0;
    Line up, down;
  };
  struct Seat {
    std::unique_ptr<Site> site;
    std::optional<std::size_t> connection;
    unsigned restarts = 0;
    std::vector<std::uint64_t> kills;  ///< how many points are left to each
    bool waits = false;                ///< for a coordinator to come up
  };
  void plan_faults();
  void start_coordinator(bool resumed, bool everybody);
  void start_site(std::size_t place);
  void break_connections();
  void end_of_all();

  Schedule schedule_;
  Tally& tally_;
  std::ostream* trace_;
  test::World world_;
  Agenda agenda_;
  Chance chance_;
  Network network_;
  Witness witness_;
  std::vector<Seat> seats_;
  std::deque<Connection> connections_;
  std::map<secagg::Endpoint, std::size_t> by_endpoint_;
  CoordinatorDisk disk_;
  std::unique_ptr<Conductor> conductor_;
  std::vector<std::unique_ptr<Conductor>> former_;  ///< those that are over: they may stand further up the stack
  std::uint32_t coordinator_life_ = 0;
  std::vector<std::uint64_t> coordinator_kills_;
  unsigned resumes_ = 0;
  std::set<std::pair<std::size_t, Digest>> sent_shares_;
  std::vector<secagg::RoundSummed> sums_;
  std::string outcome_;
};

}  // namespace fedloom::fault
