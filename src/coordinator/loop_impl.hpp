#pragma once
// What the parts of the loop share. loop.cpp drives; loop_sketch.cpp and loop_central.cpp say what comes next;
// loop_checkpoint.cpp writes it down.

#include <optional>
#include <string>
#include <vector>

#include "coordinator/budget.hpp"
#include "coordinator/selection.hpp"
#include "fedloom/coordinator/coarsen.hpp"
#include "fedloom/coordinator/loop.hpp"

namespace fedloom::coordinator {

/// What the pending step is for.
enum class Phase : std::uint8_t { one_way, look, sketch, batch, select, measure, remainder, finished };

/// Counters that a checkpoint keeps.
struct LoopState {
  Phase phase = Phase::one_way;
  std::uint32_t round = 0;  ///< of the pending step, or of the last one once finished
  std::uint32_t attempt = 0;
  std::uint32_t rounds_planned = 1;
  bool one_ways_complete = false;  ///< nothing more goes to them but what is left at the end
  // trust: none
  std::uint32_t cliques = 0, taken = 0;  ///< K, and how many are measured
  std::uint32_t batches = 0, batch = 0;
  // trust: central, aggregate
  double sigma = 0;    ///< of a clique of reference size with Δ = 1
  double epsilon = 0;  ///< of a selection
  std::uint32_t picks = 0;
  bool last_pick = false;
  schema::Marginal chosen;
};

struct Loop::Impl {
  Impl(const config::Experiment& experiment, std::uint32_t sites);

  // Driving (loop.cpp)
  void plan_first();
  void plan_after(Phase done);
  /// 1-ways are in: the share that they lack goes along with the next step, or alone.
  double missing_one_way_part() const;
  /// Pairs with a kept attribute that go along with the sketch; the first 1-ways ask for less where there are any.
  std::vector<schema::Marginal> pairs_kept() const;
  void add_kept_pairs(std::vector<Share>& wanted);
  /// ν, from the rows as they are estimated by now.
  double predicted_noise() const;
  /// Over `over`, bins of the measured domain; empty: over the domain itself.
  void measure_next(Phase phase, std::vector<Share> shares, const schema::Coarsening& over = {});
  /// The 1-ways' shares that are still due join those of a step over the measured domain itself.
  void add_missing_one_ways(std::vector<Share>& shares);
  /// All that is left goes to the 1-ways: nothing else is worth measuring.
  void measure_remainder();
  void stop();
  void price_step();
  RoundRecord record(const std::string& stage, double rho_step) const;
  train::FitReport fit(std::uint32_t steps, double step_size);
  double total_rows() const { return train::estimate_rows(measurements); }
  /// What is measured from here on: the schema's codes, or their bins once coarsen() found some to merge.
  const schema::Domain& domain() const { return measured_domain; }
  bool one_way_only() const;
  bool scores_are_exact() const { return experiment.privacy.trust != config::Trust::none; }

  // Wide domains (loop_coarsen.cpp)
  void coarsen();
  void go_on_over(schema::Coarsening bins);

  // The first look at everything (loop_look.cpp)
  void plan_look();
  /// What comes after the look, or in its place.
  void plan_after_look();
  bool looked_at_codes() const;
  /// The look apart: it is for the last fit, since a model that follows it tells less of what to measure next.
  std::vector<boundary::Measurement> without_look() const;
  std::vector<schema::Marginal> measured_marginals() const;

  // trust: none (loop_sketch.cpp)
  void plan_sketch();
  void start_batches();
  void plan_batch();
  /// E_r of pairs and small triples: 0 once measured.
  std::map<schema::Marginal, double> seen_errors(const std::vector<schema::Marginal>& measured) const;
  std::map<schema::Marginal, double> looked_errors(const std::vector<schema::Marginal>& measured) const;
  std::map<schema::Marginal, double> sketched_errors(const std::vector<schema::Marginal>& measured) const;

  // trust: central, aggregate (loop_central.cpp)
  void start_picks();
  void plan_selection();
  void build_selection();
  std::vector<std::size_t> selectable() const;
  void plan_measurement(std::size_t candidate);
  void anneal(const boundary::Measurement& measured, const std::vector<float>& before);
  double size_factor(std::uint64_t cells) const;

  // Writing down (loop_checkpoint.cpp)
  void save(const std::filesystem::path& folder) const;
  void load(const std::filesystem::path& folder);

  config::Experiment experiment;
  Crowd crowd;
  Workload workload;
  Budget budget;
  model::Generator generator;
  std::vector<boundary::Measurement> released;      ///< as the sites gave them
  std::vector<boundary::Measurement> measurements;  ///< the same, as they are over measured_domain
  schema::Domain measured_domain;
  schema::Coarsening coarsening;  ///< from the schema's codes to measured_domain
  LoopState state;
  std::vector<Share> shares;        ///< of the pending MeasureStep
  schema::Coarsening pending_bins;  ///< from the schema's codes to what it is over
  double selection_part = 0;        ///< of the pending SelectStep
  Step step;
  train::Compute compute;
};

/// B while the loop runs.
inline constexpr std::uint32_t kComponents = 500;
std::uint32_t components_of(const config::Experiment& experiment);

/// Above it (train::clearness) twice the components and all steps pay; below it neither does (docs/experiments, 6).
inline constexpr double kClear = 6.0;
inline constexpr std::uint32_t kSteps = 300;  ///< otherwise; of a table: a network takes three times as many
struct LastFit {
  std::uint32_t components, steps;
};
LastFit last_fit(const config::Experiment& experiment, double clearness);

}  // namespace fedloom::coordinator
