#pragma once
// The coordinator: its disk and its process. The process does what coordinator::conduct, FederatedSource, RunFolder and
// Loop do together, without a model: a few rounds within a budget, planned anew when one is lost, closed at the end;
// after a kill it goes on from its disk by the same rules.

#include <memory>
#include <optional>

#include "course.hpp"
#include "witness.hpp"

namespace fedloom::fault {

class Laboratory;

class Conductor {
 public:
  Conductor(Laboratory& lab, CoordinatorDisk& disk, bool resumed);
  ~Conductor();
  void start();
  void receive(secagg::Endpoint from, const Bytes& bytes);
  void lose(secagg::Endpoint from);
  /// Between two rounds; `at_once`: in the middle of one.
  void stop(bool at_once);
  bool is_running() const noexcept { return !over_; }
  const char* state() const { return protocol_.state(); }

 private:
  void give(secagg::CoordinatorEvent&& event);
  void check_timer();
  bool carry_out(secagg::CoordinatorAction&& action);
  bool perform(secagg::CoordinatorAction& action);
  bool dies(const std::string& point);
  void end(const std::string& how);
  void set_timer(Instant at);
  void later(Millis wait, void (Conductor::*what)());

  bool on_ready(const secagg::SessionReady& ready);
  bool on_summed(secagg::RoundSummed& summed);
  bool on_lost(const secagg::RoundLost& lost);
  void check_length_of_wait(const char* what, Millis longest);
  bool holds(const boundary::RoundPlan& plan) const;
  bool take_up_lost_round();
  bool plan_anew(privacy::PublicSpend spend, double booked);
  bool keep();
  void next();
  void spoil(secagg::RoundSummed& summed) const;
  privacy::PublicSpend spend_of(const boundary::RoundPlan& plan, const char* kind) const;

  Laboratory& lab_;
  CoordinatorDisk& disk_;
  bool resumed_;
  bool over_ = false;
  Course course_;
  secagg::CoordinatorProtocol protocol_;
  std::vector<secagg::Join> joined_;
  double booked_ = 0;
  int losses_ = 0;  ///< in a row
  bool stop_ = false;
  bool closes_finished_ = false;
  Instant waits_since_{0};
  std::uint64_t timer_ = 0;
  std::optional<Instant> wakes_;
};

}  // namespace fedloom::fault
