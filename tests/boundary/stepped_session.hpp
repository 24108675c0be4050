#pragma once
// A whole run in one thread on a clock that the test moves: sites with their real protocol, policy, ledger, counts,
// noise and disk, the real coordinator, and a wire on which the test says what arrives. What run_site does with threads
// and a wall clock is done here step by step, so that losses come at the same point in every run.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "fedloom/secagg/coordinator_protocol.hpp"
#include "fedloom/secagg/site_protocol.hpp"
#include "support/manual_clock.hpp"
#include "support/site_world.hpp"

namespace fedloom::test {

/// What a message from a site meets on its way.
enum class Fate { arrives, dropped, breaks };  ///< breaks: it is dropped, and the site's connection with it

struct SteppedOptions {
  std::function<data::Loaded(std::size_t site)> table;
  /// How long a site counts: private.
  std::function<Millis(std::size_t site)> counting = [](std::size_t) { return Millis(3); };
  std::function<Fate(std::size_t site, const secagg::Message& message)> fate = [](std::size_t, const secagg::Message&) {
    return Fate::arrives;
  };
  /// Words that a site draws from its generator before anything else: 0 unless it is a broken twin.
  std::function<std::uint64_t(std::size_t site)> drawn_before = [](std::size_t) { return 0; };
  Millis tick{5};
};

/// One message that left the first site, and how long after the last one that came to it.
struct Left {
  Bytes bytes;
  Millis after{0};
};

class SteppedSession {
 public:
  SteppedSession(const SiteWorld& world, SteppedOptions options);
  ~SteppedSession();

  /// Starts each round as soon as the last one is over; a lost round is asked again. Then ends the run.
  void run(const std::vector<boundary::RoundPlan>& plans);

  std::vector<Left> left;                      ///< by the first site
  std::vector<std::vector<SiteId>> survivors;  ///< of each sum
  std::size_t rounds_lost = 0;
  bool closed = false;

 private:
  struct Site;
  void make_site(std::size_t place);
  void give_site(std::size_t place, secagg::SiteEvent&& event);
  void carry_out(std::size_t place, secagg::SiteAction&& action, std::deque<secagg::SiteEvent>& events);
  void send(std::size_t place, const secagg::Message& message);
  void give_coordinator(secagg::CoordinatorEvent&& event);
  void until(const std::function<bool()>& done);
  bool deliver_one();
  void fire_next_timer();

  const SiteWorld& world_;
  SteppedOptions options_;
  ManualClock clock_;
  std::vector<std::unique_ptr<Site>> sites_;
  std::unique_ptr<secagg::CoordinatorProtocol> coordinator_;
  std::optional<Instant> coordinator_timer_;
  std::deque<std::function<void()>> on_way_;  ///< what arrives, in order
  bool ready_ = false;
  std::size_t rounds_over_ = 0;
};

}  // namespace fedloom::test
