#include "task.hpp"

#include <algorithm>

#include "detection.hpp"
#include "fedloom/base/error.hpp"
#include "logistic_regression.hpp"

namespace fedloom::evaluate {
namespace {

/// The usual strength: that of scikit-learn's default.
constexpr double ridge = 1;

std::vector<std::size_t> others(std::size_t rows, const std::vector<std::size_t>& chosen) {
  std::vector<std::size_t> left;
  for (std::size_t row = 0, next = 0; row < rows; ++row) {
    if (next < chosen.size() && chosen[next] == row)
      ++next;
    else
      left.push_back(row);
  }
  return left;
}

double share_of_ones(const Labels& labels) {
  return static_cast<double>(std::count(labels.begin(), labels.end(), 1)) / static_cast<double>(labels.size());
}

}  // namespace

TaskTrial::TaskTrial(const Rows& real, const schema::Schema& schema, const Options& options,
                     const std::optional<LightGbm>& library)
    : schema_(schema),
      target_(options.target.value()),
      protected_(options.protected_attributes),
      threads_(options.threads),
      check_(options.check),
      trees_(options.trees && library),
      logistic_(options.logistic && OneHotRows(schema.domain(), target_.attribute).width() <= most_places),
      library_(library),
      test_(schema.domain()) {
  data::Table train(schema.domain());
  if (options.test) {
    test_.append(options.test->codes);
    train.append(real.codes);
  } else {
    const std::size_t rows = real.codes.rows();
    const auto kept = chosen_rows(rows, rows / 3, "fedloom.evaluate.test");
    test_ = rows_at(real, kept).codes;
    train = rows_at(real, others(rows, kept)).codes;
  }
  if (test_.rows() == 0 || train.rows() == 0)
    throw DataError({}, "there are no rows to train on, or none to test on", "give tables with rows");
  test_labels_ = labels_of(test_);
  const auto train_labels = labels_of(train);
  task_ = {.target = target_.attribute,
           .positive = target_.positive,
           .own_test_rows = options.test.has_value(),
           .train_rows = train.rows(),
           .test_rows = test_.rows(),
           .positive_share = share_of_ones(test_labels_),
           .majority_accuracy = 0,
           .from_real = learn(train)};
  task_.majority_accuracy = share_of_ones(train_labels) >= 0.5 ? task_.positive_share : 1 - task_.positive_share;
}

Labels TaskTrial::labels_of(const data::Table& table) const {
  Labels labels;
  for (const auto code : codes_of(table, target_.attribute)) labels.push_back(code == target_.positive);
  return labels;
}

ClassifierScores TaskTrial::scores_of(const std::vector<double>& probabilities) const {
  ClassifierScores scores;
  scores.auroc = auroc(probabilities, test_labels_);
  scores.auprc = auprc(probabilities, test_labels_);
  scores.accuracy = accuracy(probabilities, test_labels_);
  for (const auto attribute : protected_) {
    scores.gaps.push_back(fairness_gap(probabilities, test_labels_, codes_of(test_, attribute)));
    scores.gaps.back().attribute = attribute;
  }
  return scores;
}

ClassifierScores TaskTrial::try_trees(const data::Table& table, const Labels& labels) const {
  const BoostedTrees trees(*library_, tree_rows(table, schema_, target_.attribute), labels, {.check = check_});
  return scores_of(trees.probabilities(tree_rows(test_, schema_, target_.attribute)));
}

ClassifierScores TaskTrial::try_logistic(const data::Table& table, const Labels& labels) const {
  OneHotRows rows(schema_.domain(), target_.attribute), test(schema_.domain(), target_.attribute);
  rows.append(table);
  test.append(test_);
  return scores_of(probabilities(fit_logistic(rows, labels, ridge, threads_, check_), test));
}

std::vector<Learned> TaskTrial::learn(const data::Table& table) const {
  const auto labels = labels_of(table);
  const double share = share_of_ones(labels);
  std::vector<Learned> all;
  if (share == 0 || share == 1) {
    // One answer only: every row gets it.
    const std::vector<double> same(test_labels_.size(), share);
    if (trees_) all.push_back({"boosted trees", scores_of(same)});
    if (logistic_) all.push_back({"logistic regression", scores_of(same)});
    return all;
  }
  if (trees_) all.push_back({"boosted trees", try_trees(table, labels)});
  if (logistic_) all.push_back({"logistic regression", try_logistic(table, labels)});
  return all;
}

}  // namespace fedloom::evaluate
