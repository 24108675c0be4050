#include "fedloom/evaluate/marginal_error.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/measure/measure.hpp"
#include "sparse_distance.hpp"

namespace fedloom::evaluate {
namespace {

using schema::Marginal;

/// Cells of one table's histograms that are held at one time: 32 MiB.
constexpr std::uint64_t batch_cells = std::uint64_t{1} << 22;

double dense_distance(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b, double rows_a,
                      double rows_b) {
  double sum = 0;
  for (std::size_t c = 0; c < a.size(); ++c)
    sum += std::abs(static_cast<double>(a[c]) / rows_a - static_cast<double>(b[c]) / rows_b);
  return sum;
}

class Distances {
 public:
  Distances(const data::Table& real, const data::Table& synthetic, unsigned threads, const StopCheck& check)
      : real_(real), synthetic_(synthetic), threads_(threads), check_(check) {}

  /// Of each marginal, in order.
  std::vector<double> of(const std::vector<Marginal>& marginals) {
    distances_.assign(marginals.size(), 0);
    std::vector<std::size_t> batch;
    std::uint64_t cells_held = 0;
    for (std::size_t k = 0; k < marginals.size(); ++k) {
      const auto cells = marginals[k].cells(real_.domain());
      if (cells > 4 * (real_.rows() + synthetic_.rows()) + 1024) {
        ask(check_);
        distances_[k] = sparse_distance(real_, synthetic_, marginals[k]);
        continue;
      }
      batch.push_back(k);
      cells_held += cells;
      if (cells_held < batch_cells) continue;
      measure_batch(marginals, batch);
      batch.clear();
      cells_held = 0;
    }
    measure_batch(marginals, batch);
    return std::move(distances_);
  }

 private:
  void measure_batch(const std::vector<Marginal>& marginals, const std::vector<std::size_t>& batch) {
    ask(check_);
    std::vector<Marginal> some;
    for (const auto k : batch) some.push_back(marginals[k]);
    const auto a = measure::exact_histograms(real_, some, threads_);
    const auto b = measure::exact_histograms(synthetic_, some, threads_);
    for (std::size_t i = 0; i < batch.size(); ++i)
      distances_[batch[i]] =
          dense_distance(a[i], b[i], static_cast<double>(real_.rows()), static_cast<double>(synthetic_.rows()));
  }

  const data::Table& real_;
  const data::Table& synthetic_;
  unsigned threads_;
  const StopCheck& check_;
  std::vector<double> distances_;
};

void require_rows(const data::Table& table, const char* which) {
  if (table.rows() == 0) throw DataError({}, std::string("the ") + which + " table has no rows", "give one with rows");
}

}  // namespace

std::vector<double> marginal_distances(const data::Table& real, const data::Table& synthetic,
                                       const std::vector<Marginal>& marginals, unsigned threads,
                                       const StopCheck& check) {
  if (!(real.domain() == synthetic.domain())) throw std::invalid_argument("the tables have different domains");
  require_rows(real, "real");
  require_rows(synthetic, "synthetic");
  return Distances(real, synthetic, threads, check).of(marginals);
}

MarginalError summary_of(const std::vector<Marginal>& marginals, const std::vector<double>& distances) {
  MarginalError error{.degree = marginals.at(0).degree(), .marginals = marginals.size(), .worst = -1};
  for (std::size_t k = 0; k < marginals.size(); ++k) {
    error.mean += distances[k] / static_cast<double>(marginals.size());
    if (distances[k] <= error.worst) continue;
    error.worst = distances[k];
    error.worst_marginal = marginals[k];
  }
  return error;
}

double k_marginal_score(double mean_l1) { return (2 - mean_l1) * 500; }

std::vector<MarginalError> marginal_errors(const data::Table& real, const data::Table& synthetic,
                                           std::size_t max_degree, unsigned threads, const StopCheck& check) {
  std::vector<MarginalError> errors;
  for (std::size_t degree = 1; degree <= std::min(max_degree, real.domain().dimensions()); ++degree) {
    const auto marginals = schema::all_marginals(real.domain().dimensions(), degree);
    errors.push_back(summary_of(marginals, marginal_distances(real, synthetic, marginals, threads, check)));
  }
  return errors;
}

}  // namespace fedloom::evaluate
