#pragma once
// One line a round on the terminal, and the live page where it is asked for; nothing but public facts.

#include <filesystem>

#include "fedloom/base/clock.hpp"
#include "fedloom/coordinator/conduct.hpp"
#include "live_run.hpp"

namespace fedloom::apps {

class Progress {
 public:
  explicit Progress(const config::Experiment& experiment, const LiveOption& live = {});
  void start(const std::string& run_id);
  /// All sites have come.
  void joined();
  void round(const coordinator::RoundRecord& record);
  void waiting(const std::vector<SiteId>& sites, Millis waited);
  void note(const std::string& text);
  void finish(const coordinator::RunResult& result, const std::filesystem::path& folder);

 private:
  const config::Experiment* experiment_;
  Instant started_ = monotonic_now();
  Instant round_started_ = started_;
  std::optional<LiveRun> live_;
};

}  // namespace fedloom::apps
