#pragma once
// Train on synthetic rows, test on real ones.

#include "boosted_trees.hpp"
#include "fedloom/evaluate/evaluate.hpp"

namespace fedloom::evaluate {

/// What all models of a task share: the test rows, and the ways to learn.
class TaskTrial {
 public:
  /// `real`: all real rows; without options.test a third of them is kept for the test. `library`: none skips trees.
  TaskTrial(const Rows& real, const schema::Schema& schema, const Options& options,
            const std::optional<LightGbm>& library);
  /// The figures of real rows.
  const Task& task() const noexcept { return task_; }
  /// Those of models trained on these rows.
  std::vector<Learned> learn(const data::Table& table) const;

 private:
  Labels labels_of(const data::Table& table) const;
  ClassifierScores scores_of(const std::vector<double>& probabilities) const;
  ClassifierScores try_trees(const data::Table& table, const Labels& labels) const;
  ClassifierScores try_logistic(const data::Table& table, const Labels& labels) const;

  const schema::Schema& schema_;
  Target target_;
  std::vector<std::uint32_t> protected_;
  unsigned threads_;
  StopCheck check_;
  bool trees_, logistic_;
  std::optional<LightGbm> library_;
  data::Table test_;
  Labels test_labels_;
  Task task_;
};

}  // namespace fedloom::evaluate
