#pragma once
// A site: its disk, which outlives everything, and its process, which does not. The process carries out what the
// protocol says as site::run_site does, and may die between any two actions.

#include <deque>
#include <memory>
#include <optional>

#include "fedloom/boundary/share_vault.hpp"
#include "fedloom/secagg/site_protocol.hpp"
#include "site_disk.hpp"

namespace fedloom::fault {

class Laboratory;

/// Why a process is gone.
enum class SiteEnd : std::uint8_t {
  killed,
  disconnected,
  finished,
  stopped,  ///< the coordinator will go on later
  told_to,  ///< the coordinator ended the run
  gave_up   ///< by itself: a silence, or something it would not do
};

class Site {
 public:
  Site(Laboratory& lab, std::size_t place);
  ~Site();
  /// A new process, from what is on the disk.
  void start();
  bool is_running() const noexcept { return process_ != nullptr && !process_->over; }
  /// Counts processes: what comes for another one is for nobody.
  std::uint32_t life() const noexcept { return lives_; }
  void receive(Bytes&& bytes);
  void lose_connection();
  void end(SiteEnd why);
  const char* state() const;
  /// ρ and entries that the ledger on the disk holds.
  double booked() const;

 private:
  struct Process {
    Process(const test::World& world, std::size_t place, SiteDisk& disk, std::uint64_t seed);
    test::SplitMixRandom random;
    privacy::Ledger ledger;
    privacy::Accountant accountant;
    boundary::ShareVault vault;
    std::unique_ptr<secagg::SiteProtocol> protocol;
    std::uint64_t timer = 0;  ///< number of the one that counts
    std::optional<Instant> wakes;
    bool over = false;
  };
  using Events = std::deque<secagg::SiteEvent>;
  void give(secagg::SiteEvent&& event);
  void check_timer();
  /// False: the process is gone.
  bool carry_out(secagg::SiteAction&& action, Events& events);
  bool perform(secagg::SiteAction& action, Events& events);
  bool dies(const std::string& point);
  void set_timer(Instant at);
  std::optional<secagg::SiteEvent> prepare(const boundary::RoundPlan& plan);
  boundary::NoisedShare release(const boundary::RoundPlan& plan, privacy::Spend&& paid);
  std::optional<boundary::NoisedShare> reseal(const boundary::RoundPlan& plan);
  bool send_sealed(const Digest& context);
  std::vector<Bytes> sealed_anew(const Digest& context);
  /// `what`: why the disk does not take something.
  void expect_stored(const std::optional<std::string>& what);
  void send(const secagg::Message& message);

  Laboratory& lab_;
  std::size_t place_;
  SiteDisk disk_;
  std::uint32_t lives_ = 0;
  std::uint64_t draws_ = 0;  ///< no two draws of noise are the same
  std::unique_ptr<Process> process_;
};

}  // namespace fedloom::fault
