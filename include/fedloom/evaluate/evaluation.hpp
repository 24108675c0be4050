#pragma once
// What `fedloom evaluate` finds when it sets synthetic rows beside real ones. Plain figures with their formulas.
// They come from exact counts of real rows: every one of them is PRIVATE, and stays where the rows are. Releasing one,
// even a mean, is a release without noise.
// A number that is not defined (a correlation with a constant, say) is NaN, and null in JSON.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/evaluate/marginal_error.hpp"

namespace fedloom::evaluate {

inline constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

/// One attribute by itself. `score`, 0 to 1, is SDMetrics' Column Shapes: with numbers KSComplement,
/// 1 − sup_x |F_real(x) − F_synthetic(x)|; else TVComplement, 1 − total variation; missing values left out of both.
struct ColumnShape {
  std::uint32_t attribute = 0;
  bool numeric = false;
  double total_variation = 0;  ///< of the schema's codes, missing included; 0 to 1
  double score = undefined;
};

/// Two attributes together.
struct PairTrend {
  std::uint32_t first = 0, second = 0;
  double total_variation = 0;  ///< of the schema's codes; 0 to 1
  /// Cramér's V of the codes, √(χ²/(N·(min(r, c) − 1))) over rows and columns that are not empty, without correction
  /// for bias (Cramér 1946); 0 to 1. NaN when one attribute is constant, or with too many cells to hold.
  double cramers_v_real = undefined, cramers_v_synthetic = undefined;
  /// Pearson's correlation of the numbers, rows with a missing one left out; NaN unless both have numbers.
  double pearson_real = undefined, pearson_synthetic = undefined;
  /// SDMetrics' Column Pair Trends, 0 to 1: with two numbers CorrelationSimilarity, 1 − |ρ_real − ρ_synthetic|/2; else
  /// ContingencySimilarity, 1 − total variation, a number cut into ten bins of equal width by each table's own range.
  double trend = undefined;
  /// How strongly the two depend on each other in the real rows: |ρ|, or Cramér's V of what `trend` compares.
  double dependence = undefined;
};

/// Real and synthetic rows that have one value of a chosen attribute, compared among themselves.
struct Subgroup {
  std::uint32_t attribute = 0, code = 0;
  std::size_t rows_real = 0, rows_synthetic = 0;
  std::vector<MarginalError> errors;  ///< empty when one side has no rows
  double k_marginal = undefined;
};

/// How well a logistic regression on all codes tells synthetic rows from real ones.
/// pMSE = 1/N·Σ(p_i − c)², c the share of synthetic rows (Woo et al. 2009); its expectation where both were drawn from
/// one law, (k − 1)(1 − c)²c/N for k parameters (Snoke et al. 2018), and the ratio of the two: 1 is best.
struct Propensity {
  double pmse = 0, expected = 0, ratio = 0;
  double auroc = 0;  ///< of the same fit, on the rows it was fitted to
  std::size_t parameters = 0;
};

/// How well gradient-boosted trees tell synthetic rows from real ones that they were not trained on. 0.5: not at all.
struct Detection {
  double auroc = 0;  ///< mean over the folds
  std::size_t folds = 0, rows = 0;
};

/// Largest difference between two groups of a protected attribute, when "yes" is said from a probability of ½ on.
struct FairnessGap {
  std::uint32_t attribute = 0;
  double demographic_parity = 0;  ///< of P(said yes)
  double equal_opportunity = 0;   ///< of P(said yes | is yes)
  std::size_t groups = 0;         ///< those with enough rows to say
};

struct ClassifierScores {
  double auroc = undefined;  ///< Mann and Whitney's, ties count half
  double auprc = undefined;  ///< average precision, Σ (recall_i − recall_{i−1})·precision_i
  double accuracy = 0;       ///< at ½
  std::vector<FairnessGap> gaps;
};

/// "Train on synthetic, test on real" (Esteban et al. 2017) for one way to learn. NaN scores: not enough to learn from.
struct Learned {
  std::string learner;  ///< "boosted trees" or "logistic regression"
  ClassifierScores scores;
};

/// The task and what real rows give: the figures to set those of synthetic rows beside.
struct Task {
  std::uint32_t target = 0, positive = 0;
  bool own_test_rows = false;  ///< the test rows were named; else a third of the real rows
  std::size_t train_rows = 0, test_rows = 0;
  double positive_share = 0;       ///< of the test rows; the AUPRC of a guess
  double majority_accuracy = 0;    ///< of always saying what most training rows are
  std::vector<Learned> from_real;  ///< trained on real rows that are not in the test
};

/// Rows that break a public rule of the schema.
struct Validity {
  std::string rule;
  std::size_t broken_real = 0, broken_synthetic = 0;
};

/// What is left out, and why.
struct Skipped {
  std::string what, why;
};

/// One synthetic table against all real rows.
struct Comparison {
  std::string name;
  std::size_t rows = 0;
  std::vector<MarginalError> errors;  ///< by degree, from 1
  double k_marginal = undefined;
  std::vector<ColumnShape> columns;
  std::vector<PairTrend> pairs;
  double column_shapes = undefined, pair_trends = undefined;  ///< means of the scores that are defined
  /// Mean of the trends of pairs that depend on each other, as SDMetrics' quality report takes it (version 0.32):
  /// |ρ| > 0.5, V > 0.3.
  double dependent_pair_trends = undefined;
  double cramers_v_difference = undefined;  ///< mean |V_real − V_synthetic|
  double pearson_difference = undefined;    ///< mean |ρ_real − ρ_synthetic|
  std::vector<Subgroup> subgroups;
  std::vector<Validity> validity;
  std::optional<Propensity> propensity;
  std::optional<Detection> detection;
  std::vector<Learned> learned;  ///< from these rows, as task.from_real
};

/// One real table, of a site, against one synthetic table.
struct SiteErrors {
  std::string site, synthetic;
  std::size_t rows = 0;
  std::vector<MarginalError> errors;
  double k_marginal = undefined;
};

/// Mean over the synthetic tables, and its 95 % confidence interval by Student's t; it holds where they are samples of
/// one model, and says nothing about other runs.
struct Interval {
  std::string figure;
  double mean = 0, half_width = 0;
};

struct Evaluation {
  std::vector<schema::Domain::Axis> attributes;
  std::size_t rows_real = 0;
  std::vector<Comparison> samples;
  std::vector<SiteErrors> sites;  ///< empty for one real table
  std::optional<Task> task;
  std::vector<Interval> intervals;  ///< empty for one synthetic table
  std::vector<Skipped> skipped;
};

}  // namespace fedloom::evaluate
