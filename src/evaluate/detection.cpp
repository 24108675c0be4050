#include "detection.hpp"

#include <algorithm>
#include <numeric>

#include "fedloom/base/public_stream.hpp"
#include "logistic_regression.hpp"

namespace fedloom::evaluate {
namespace {

constexpr std::size_t folds = 5;
constexpr std::size_t most_rows = 20'000;
constexpr std::size_t least_rows = 50;
/// Only so that a value that one table alone has gets a finite weight.
constexpr double slight_ridge = 1e-3;

Labels zeros_then_ones(std::size_t zeros, std::size_t ones) {
  Labels labels(zeros, 0);
  labels.resize(zeros + ones, 1);
  return labels;
}

/// One shuffle of both tables' rows: row k is in fold order[k] % folds.
std::vector<std::size_t> shuffled(std::size_t rows) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  PublicStream stream(1, "fedloom.evaluate.folds");
  for (std::size_t k = rows; k > 1; --k) std::swap(order[k - 1], order[stream.below(k)]);
  return order;
}

struct Part {
  TreeRows rows;
  Labels labels;
};

Part part_of(const TreeRows& rows, const Labels& labels, const std::vector<std::size_t>& which) {
  Part part;
  part.rows.columns = rows.columns;
  part.rows.categorical = rows.categorical;
  for (const auto row : which) {
    const auto* first = rows.values.data() + row * rows.columns;
    part.rows.values.insert(part.rows.values.end(), first, first + rows.columns);
    part.labels.push_back(labels[row]);
  }
  return part;
}

}  // namespace

std::vector<std::size_t> chosen_rows(std::size_t rows, std::size_t count, std::string_view label) {
  std::vector<std::size_t> chosen(rows);
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (count >= rows) return chosen;
  PublicStream stream(1, label);
  for (std::size_t k = 0; k < count; ++k) std::swap(chosen[k], chosen[k + stream.below(rows - k)]);
  chosen.resize(count);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::optional<Propensity> propensity(const data::Table& real, const data::Table& synthetic, unsigned threads,
                                     const StopCheck& check) {
  OneHotRows rows(real.domain(), {});
  if (rows.width() > most_places) return {};
  rows.append(real);
  rows.append(synthetic);
  const auto labels = zeros_then_ones(real.rows(), synthetic.rows());
  const auto fit = fit_logistic(rows, labels, slight_ridge, threads, check);
  const auto p = probabilities(fit, rows);
  const auto n = static_cast<double>(rows.rows());
  const double share = static_cast<double>(synthetic.rows()) / n;
  Propensity found;
  for (const double x : p) found.pmse += (x - share) * (x - share) / n;
  found.parameters = fit.rank;
  found.expected = static_cast<double>(fit.rank - 1) * (1 - share) * (1 - share) * share / n;
  found.ratio = found.expected > 0 ? found.pmse / found.expected : undefined;
  found.auroc = auroc(p, labels);
  return found;
}

std::optional<Detection> detection(const LightGbm& library, const Rows& real, const Rows& synthetic,
                                   const schema::Schema& schema, const StopCheck& check) {
  const auto a = rows_at(real, chosen_rows(real.codes.rows(), most_rows, "fedloom.evaluate.detection.real"));
  const auto b =
      rows_at(synthetic, chosen_rows(synthetic.codes.rows(), most_rows, "fedloom.evaluate.detection.synthetic"));
  if (a.codes.rows() < least_rows || b.codes.rows() < least_rows) return {};
  TreeRows rows = tree_rows(a.codes, schema, {});
  append(rows, tree_rows(b.codes, schema, {}));
  const auto labels = zeros_then_ones(a.codes.rows(), b.codes.rows());
  const auto order = shuffled(labels.size());
  std::vector<double> scores;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    std::vector<std::size_t> train, test;
    for (std::size_t k = 0; k < order.size(); ++k) (k % folds == fold ? test : train).push_back(order[k]);
    const Part training = part_of(rows, labels, train), testing = part_of(rows, labels, test);
    const BoostedTrees trees(
        library, training.rows, training.labels,
        {.rounds = 100, .leaves = 15, .least_leaf_rows = 20, .rate = 0.1, .columns = 1, .check = check});
    scores.push_back(auroc(trees.probabilities(testing.rows), testing.labels));
  }
  Detection found;
  found.auroc = std::accumulate(scores.begin(), scores.end(), 0.0) / static_cast<double>(folds);
  found.folds = folds;
  found.rows = labels.size();
  return found;
}

}  // namespace fedloom::evaluate
