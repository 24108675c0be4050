#pragma once
// What the live page is told of a run: the same public facts as the terminal.

#include <string>

#include "fedloom/coordinator/conduct.hpp"
#include "fedloom/live/server.hpp"
#include "live_option.hpp"

namespace fedloom::apps {

class LiveRun {
 public:
  /// Serves from now on, under a token of its own. Throws EnvironmentError when the port cannot be had.
  LiveRun(const config::Experiment& experiment, std::uint16_t port);
  std::string url() const { return server_.url(); }
  void start(const std::string& run_id);
  void joined();
  void round(const coordinator::RoundRecord& record, double epsilon_spent, double seconds);
  void waiting(const std::vector<SiteId>& sites);
  void note(const std::string& text);

 private:
  void all_seen();
  void show() { server_.show(facts_); }

  live::RunFacts facts_;
  live::Server server_;
};

}  // namespace fedloom::apps
