#pragma once
// A real site whose coordinator is the test: SiteProtocol, a site's program with its ledger, and what a site keeps on
// disk. It notes what must never happen whatever the coordinator says: a context sealed twice, two decisions in one
// context, both shares of one site.

#include <array>
#include <deque>
#include <map>
#include <set>

#include "harness.hpp"

namespace fedloom::test {

class Victim {
 public:
  Victim(const World& world, std::size_t place, std::uint64_t seed = 1);
  /// What it says in answer; its program's part is carried out and its public tick awaited.
  std::vector<secagg::Message> start() { return on(secagg::Start{}); }
  std::vector<secagg::Message> give(const secagg::Message& message) {
    return on(secagg::Received{secagg::Message(message)});
  }
  /// Stops before the next thing that is not a message whenever the protocol is in this state.
  void hold_in(const char* state) { hold_ = state; }
  /// Holds nothing any more.
  std::vector<secagg::Message> carry_on();
  /// Time passes, and the timer fires.
  std::vector<secagg::Message> wait(Millis by) {
    clock_.advance(by);
    return on(secagg::TimerFired{});
  }
  std::vector<secagg::Message> stop() { return on(secagg::StopRequested{}); }
  /// The process dies and is started again: what is on disk stays.
  std::vector<secagg::Message> restart();

  const char* state() const { return protocol_->state(); }
  const std::optional<secagg::SiteAborted>& aborted() const { return aborted_; }
  bool finished() const { return finished_; }
  double booked() const { return program_ ? program_->booked() : 0; }
  /// Plans that its program was asked to answer.
  std::size_t prepared() const { return prepared_; }
  /// Empty, or what has happened that never must.
  const std::string& breach() const { return breach_; }

 private:
  void make_protocol();
  secagg::SiteEvent answer(const boundary::RoundPlan& plan);
  std::vector<secagg::Message> on(secagg::SiteEvent&& event);
  std::optional<secagg::SiteEvent> next_event();
  void step(secagg::SiteEvent&& event, std::vector<secagg::Message>& said);
  void carry_out(secagg::SiteAction&& action, std::vector<secagg::Message>& said);
  void note_shown(const secagg::Message& message);

  const World* world_;
  std::size_t place_;
  SplitMixRandom random_;
  std::uint64_t seed_;
  std::optional<SiteProgram> program_;  ///< made when first asked: its ledger is on disk
  ManualClock clock_;
  std::unique_ptr<secagg::SiteProtocol> protocol_;
  std::deque<secagg::SiteEvent> pending_;
  std::optional<Instant> timer_;
  std::string_view hold_;

  std::uint32_t last_session_ = 0;
  std::map<Digest, Sealed> outbox_;
  std::map<Digest, Digest> decisions_;
  std::map<std::pair<secagg::RoundId, std::uint32_t>, std::array<std::uint8_t, 32>> shown_;
  std::optional<secagg::SiteAborted> aborted_;
  bool finished_ = false;
  std::size_t prepared_ = 0;
  std::string breach_;
};

}  // namespace fedloom::test
