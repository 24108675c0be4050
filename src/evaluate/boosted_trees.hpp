#pragma once
// Gradient-boosted trees for two classes, by LightGBM's C library (Ke et al. 2017), which is loaded at run time: no
// part of Fedloom needs it to build, or to do anything else.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "classifier_scores.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/evaluate/stop_check.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::evaluate {

/// The library, loaded. Copies share it.
class LightGbm {
 public:
  /// From the file that FEDLOOM_LIGHTGBM names, or else from where launch/setup puts it. None, and a sentence in `why`,
  /// where it is not there or is another library.
  static std::optional<LightGbm> load(std::string& why);
  struct Functions;
  const Functions& functions() const noexcept { return *functions_; }

 private:
  std::shared_ptr<const Functions> functions_;
};

/// Rows as trees take them: codes as numbers, row-major; a missing number is NaN; categories are marked as such.
struct TreeRows {
  std::vector<float> values;
  std::size_t columns = 0;
  std::vector<int> categorical;  ///< columns that are names of more than two things
  std::size_t rows() const { return columns == 0 ? 0 : values.size() / columns; }
};
/// All attributes but `left_out`.
TreeRows tree_rows(const data::Table& table, const schema::Schema& schema, std::optional<std::uint32_t> left_out);
void append(TreeRows& rows, const TreeRows& more);

/// Small trees and slow steps: noisy rows have spurious detail, and the same settings serve real and synthetic ones.
struct TreeSettings {
  int rounds = 300, leaves = 7, least_leaf_rows = 100;
  double rate = 0.05;
  double columns = 0.5;  ///< share of the columns that a tree may use, another choice for each
  StopCheck check{};     ///< asked before each round
};

/// Trains on rows and labels; deterministic. On one thread: LightGBM's wait for each other busily, which on a machine
/// with other work costs far more than it gains.
class BoostedTrees {
 public:
  /// Throws EnvironmentError with LightGBM's own words when it refuses.
  BoostedTrees(const LightGbm& library, const TreeRows& rows, const Labels& labels, const TreeSettings& settings);
  std::vector<double> probabilities(const TreeRows& rows) const;

 private:
  LightGbm library_;
  std::shared_ptr<void> booster_;
};

}  // namespace fedloom::evaluate
