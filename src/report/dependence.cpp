#include "dependence.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace fedloom::report {
namespace {

constexpr std::uint64_t most_cells = 1U << 20;

double cramers_v(const std::vector<double>& cells, std::size_t columns) {
  const std::size_t rows = cells.size() / columns;
  std::vector<double> of_row(rows), of_column(columns);
  for (std::size_t k = 0; k < cells.size(); ++k) {
    of_row[k / columns] += cells[k];
    of_column[k % columns] += cells[k];
  }
  double chi2 = 0;
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const double alone = of_row[k / columns] * of_column[k % columns];
    if (alone > 0) chi2 += (cells[k] - alone) * (cells[k] - alone) / alone;
  }
  const auto occur = [](const std::vector<double>& shares) {
    return std::count_if(shares.begin(), shares.end(), [](double share) { return share > 1e-9; });
  };
  const auto free = std::min(occur(of_row), occur(of_column)) - 1;
  return free > 0 ? std::sqrt(std::clamp(chi2 / static_cast<double>(free), 0.0, 1.0)) : 0.0;
}

/// Measured over the very bins that the model knows, to fit it.
bool is_of_the_model(const boundary::Measurement& one, const model::Generator& generator) {
  if (one.query.kind != schema::Query::Kind::marginal || one.look) return false;
  const auto& bins = generator.expansion().coarsening();
  if (!(one.coarsening.empty() || one.coarsening == bins)) return false;
  // Of the schema's codes where these are merged for the model.
  return one.grid_values.size() == one.query.marginal.cells(generator.domain()) && one.grid_values.size() <= most_cells;
}

}  // namespace

PairValues dependence_of(const model::Generator& generator) {
  const auto& domain = generator.domain();
  PairValues out(domain.dimensions());
  for (std::uint32_t a = 0; a < domain.dimensions(); ++a) {
    for (std::uint32_t b = a + 1; b < domain.dimensions(); ++b) {
      const schema::Marginal pair{a, b};
      if (pair.cells(domain) <= most_cells) out.at(a, b) = cramers_v(generator.answer(pair), domain.size(b));
    }
  }
  return out;
}

PairValues residuals_of(const model::Generator& generator, const std::vector<boundary::Measurement>& measurements,
                        double rows) {
  const std::size_t d = generator.domain().dimensions();
  PairValues sums(d), counts(d);
  for (const auto& one : measurements) {
    if (one.query.marginal.degree() < 2 || !is_of_the_model(one, generator)) continue;
    const auto model = generator.answer(one.query.marginal);
    double sum = 0;
    for (std::size_t k = 0; k < model.size(); ++k) {
      const double z = (one.value(k) - rows * model[k]) / one.sigma;
      sum += z * z;
    }
    for (const auto first : one.query.marginal) {
      for (const auto second : one.query.marginal) {
        if (first >= second) continue;
        sums.at(first, second) = sums.at(first, second).value_or(0) + sum;
        counts.at(first, second) = counts.at(first, second).value_or(0) + static_cast<double>(model.size());
      }
    }
  }
  for (std::size_t a = 0; a < d; ++a) {
    for (std::size_t b = a + 1; b < d; ++b) {
      if (sums.at(a, b)) sums.at(a, b) = std::sqrt(*sums.at(a, b) / *counts.at(a, b));
    }
  }
  return sums;
}

std::vector<MarginalErrors> errors_by_degree(const model::Generator& generator,
                                             const std::vector<boundary::Measurement>& measurements, double rows) {
  std::vector<MarginalErrors> degrees(schema::Marginal::max_degree);
  for (const auto& one : measurements) {
    const auto degree = one.query.marginal.degree();
    if (degree == 0 || !is_of_the_model(one, generator)) continue;
    const auto model = generator.answer(one.query.marginal);
    auto& sum = degrees[degree - 1];
    ++sum.marginals;
    sum.cells += model.size();
    sum.expected += std::sqrt(2 / std::numbers::pi) * one.sigma * static_cast<double>(model.size()) / rows;
    for (std::size_t k = 0; k < model.size(); ++k) sum.fitted += std::abs(one.value(k) / rows - model[k]);
  }
  for (auto& degree : degrees) {
    if (degree.marginals == 0) continue;
    degree.expected /= static_cast<double>(degree.marginals);
    degree.fitted /= static_cast<double>(degree.marginals);
  }
  return degrees;
}

}  // namespace fedloom::report
