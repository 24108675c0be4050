#pragma once
// The adaptive loop: select, measure, fit. It asks for steps and is told their outcome; it sees nothing but
// public values, opens no connection, and can be stopped and resumed between any two steps.
// Rules and constants: docs/generator.md.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/boundary/candidate.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/model/generator.hpp"
#include "fedloom/train/fit.hpp"

namespace fedloom::coordinator {

struct MeasureStep {
  boundary::RoundPlan plan;
};
/// trust: central and aggregate: one exact exponential mechanism over the candidates, then the index comes back.
struct SelectStep {
  std::uint32_t round = 0;
  std::vector<boundary::Candidate> candidates;
  privacy::ExponentialEvent event;
  schema::Coarsening coarsening{};  ///< what the candidates are over
};
struct FinishedStep {};
using Step = std::variant<MeasureStep, SelectStep, FinishedStep>;

/// What one finished step did: a line of public/rounds.jsonl and of the progress display.
struct RoundRecord {
  std::uint32_t round = 0;
  std::uint32_t rounds_planned = 0;  ///< estimate of K for "round k/K"
  std::string stage;                 ///< "one-way" | "sketch" | "select" | "measure" | "final fit"
  std::vector<schema::Marginal> measured;
  std::uint64_t cells = 0;
  std::uint32_t shares = 0;  ///< how many sites' counts are in the sums; 0: nothing was summed
  double rho_step = 0, rho_spent = 0, rho_budget = 0;
  double rows_estimate = 0;
  double chi2_per_cell = 0;
  double lambda = 0;
  double seconds_fit = 0;
};

/// Budget split and size of a run before a row is touched (`fedloom plan`).
struct Forecast {
  double rho = 0;
  double sites = 1, contributors = 1;
  std::uint32_t rounds = 0;
  struct Stage {
    std::string name;
    double rho = 0;
    std::uint64_t queries = 0, cells = 0;
    double site_sigma = 0, total_sigma = 0;
    /// Mean L1 distance that noise alone puts between a marginal of the stage and the truth, in parts of the rows: what
    /// the model's error on it is at most about. 0 where no marginal is measured.
    double noise = 0;
  };
  std::vector<Stage> stages;
  std::uint64_t coordinator_bytes = 0, site_bytes_per_round = 0;
  double seconds = 0;  ///< rough, this machine
};

class Loop {
 public:
  /// Starts anew. sites = number of shares added (not used where the noise is added once).
  Loop(const config::Experiment& experiment, std::uint32_t sites);
  ~Loop();
  Loop(Loop&&) noexcept;

  /// The next thing to do. The same until its outcome is given. A MeasureStep's cost never takes the sum past
  /// the budget; the last one leaves less than 1e-7 of it.
  const Step& next();
  /// Outcome of a MeasureStep: takes them in, fits. attempts that were lost are told by lost() first.
  RoundRecord absorb(std::vector<boundary::Measurement> measurements);
  /// Outcome of a SelectStep.
  RoundRecord selected(std::size_t index);
  /// A round was paid for and lost: `booked` is the largest ρ any site has booked so far. The step is planned
  /// anew with what is left, under the next attempt.
  void lost(privacy::Rho booked);
  /// After FinishedStep: the long last fit.
  RoundRecord finish();

  /// Where fits run from here on; this process's processor until then.
  void fit_on(const train::Compute& compute);

  const model::Generator& generator() const noexcept;
  /// As the sites gave them.
  std::vector<boundary::Measurement> measurements() const;
  double rows_estimate() const;
  privacy::Rho spent() const noexcept;

  /// Checkpoint: measurements, model, counters, the pending step. Atomic.
  void save(const std::filesystem::path& folder) const;
  /// True when save() has left a checkpoint in the folder.
  static bool saved_in(const std::filesystem::path& folder);
  /// Goes on exactly where save() was called: next() gives the same step. Throws ConfigError.
  static Loop resume(const config::Experiment& experiment, std::uint32_t sites, const std::filesystem::path& folder);

 private:
  struct Impl;
  explicit Loop(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// `rows_guess`: what the lead expects in all; only for display.
Forecast forecast(const config::Experiment& experiment, std::uint32_t sites, std::uint64_t rows_guess);

/// A model from released measurements alone (`fedloom refit`): same start and last fit as a run.
model::Generator refit(const config::Experiment& experiment, const std::vector<boundary::Measurement>& measurements,
                       train::FitReport& report, const train::Compute& compute = {});

}  // namespace fedloom::coordinator
