#include <algorithm>
#include <array>
#include <cmath>

#include "column_metrics.hpp"
#include "fedloom/measure/measure.hpp"

namespace fedloom::evaluate {
namespace {

using schema::Marginal;

/// Beyond this a pair's counts are not held for Cramér's V: 8 MiB.
constexpr std::uint64_t most_cells = std::uint64_t{1} << 20;
constexpr std::size_t bins = 10;
constexpr std::uint32_t bin_codes = bins + 2;

/// The table with every column of numbers cut as SDMetrics cuts it.
data::Table cut(const Rows& rows, const std::vector<bool>& numeric) {
  const auto& domain = rows.codes.domain();
  std::vector<schema::Domain::Axis> axes = domain.axes();
  std::vector<std::vector<std::uint32_t>> columns;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!numeric[i]) {
      columns.push_back(codes_of(rows.codes, i));
      continue;
    }
    const auto codes = ten_bins(rows.numbers[i]);
    columns.emplace_back(codes.begin(), codes.end());
    axes[i].size = bin_codes;
  }
  data::Table table{schema::Domain(axes)};
  table.reserve(rows.codes.rows());
  std::vector<std::uint32_t> codes(axes.size());
  for (std::size_t row = 0; row < rows.codes.rows(); ++row) {
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = columns[i][row];
    table.append(codes);
  }
  return table;
}

void add_cramers_v(std::vector<PairTrend>& pairs, const Rows& real, const Rows& synthetic, unsigned threads,
                   const StopCheck& check) {
  const auto& domain = real.codes.domain();
  for (auto& pair : pairs) {
    ask(check);
    const Marginal marginal{pair.first, pair.second};
    if (marginal.cells(domain) > most_cells) continue;
    const auto columns = domain.size(pair.second);
    pair.cramers_v_real = cramers_v(measure::exact_histograms(real.codes, {marginal}, threads).at(0), columns);
    pair.cramers_v_synthetic =
        cramers_v(measure::exact_histograms(synthetic.codes, {marginal}, threads).at(0), columns);
  }
}

/// A constant column has no correlation, even where the rows left without missing values would give one.
bool is_constant(const std::vector<double>& numbers) {
  double first = undefined;
  for (const double x : numbers) {
    if (std::isnan(x)) continue;
    if (std::isnan(first)) first = x;
    if (x != first) return false;
  }
  return true;
}

void add_correlation(PairTrend& pair, const Rows& real, const Rows& synthetic) {
  const auto either_constant = [&](const Rows& rows) {
    return is_constant(rows.numbers[pair.first]) || is_constant(rows.numbers[pair.second]);
  };
  if (either_constant(real) || either_constant(synthetic)) return;
  pair.pearson_real = pearson(real.numbers[pair.first], real.numbers[pair.second]);
  pair.pearson_synthetic = pearson(synthetic.numbers[pair.first], synthetic.numbers[pair.second]);
  pair.dependence = std::abs(pair.pearson_real);
  // SDMetrics counts a pair only where the real correlation is not 0.
  if (pair.pearson_real != 0) pair.trend = 1 - std::abs(pair.pearson_real - pair.pearson_synthetic) / 2;
}

/// Of the pairs that set a number beside names.
void add_mixed_trends(std::vector<PairTrend>& pairs, const std::vector<std::size_t>& mixed, const data::Table& real,
                      const data::Table& synthetic, unsigned threads) {
  std::vector<Marginal> marginals;
  for (const auto k : mixed) marginals.push_back({pairs[k].first, pairs[k].second});
  const auto distances = marginal_distances(real, synthetic, marginals, threads);
  for (std::size_t j = 0; j < mixed.size(); ++j) {
    PairTrend& pair = pairs[mixed[j]];
    pair.trend = 1 - distances[j] / 2;
    if (marginals[j].cells(real.domain()) > most_cells) continue;
    pair.dependence =
        cramers_v(measure::exact_histograms(real, {marginals[j]}, threads).at(0), real.domain().size(pair.second));
  }
}

void add_trends(std::vector<PairTrend>& pairs, const Rows& real, const Rows& synthetic, unsigned threads) {
  const auto numeric = numeric_attributes(real, synthetic);
  std::vector<std::size_t> mixed;
  for (std::size_t k = 0; k < pairs.size(); ++k) {
    const int numbers = numeric[pairs[k].first] + numeric[pairs[k].second];
    if (numbers == 0) {
      pairs[k].trend = 1 - pairs[k].total_variation;
      pairs[k].dependence = pairs[k].cramers_v_real;
    }
    if (numbers == 1) mixed.push_back(k);
    if (numbers == 2) add_correlation(pairs[k], real, synthetic);
  }
  if (!mixed.empty()) add_mixed_trends(pairs, mixed, cut(real, numeric), cut(synthetic, numeric), threads);
}

}  // namespace

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  double n = 0, mean_x = 0, mean_y = 0;
  const auto both = [&](std::size_t k) { return !std::isnan(x[k]) && !std::isnan(y[k]); };
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!both(k)) continue;
    ++n;
    mean_x += x[k];
    mean_y += y[k];
  }
  mean_x /= n;
  mean_y /= n;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    if (!both(k)) continue;
    xx += (x[k] - mean_x) * (x[k] - mean_x);
    yy += (y[k] - mean_y) * (y[k] - mean_y);
    xy += (x[k] - mean_x) * (y[k] - mean_y);
  }
  if (!(xx > 0) || !(yy > 0)) return undefined;
  return std::clamp(xy / std::sqrt(xx) / std::sqrt(yy), -1.0, 1.0);
}

double cramers_v(const std::vector<std::int64_t>& counts, std::size_t columns) {
  const std::size_t rows = counts.size() / columns;
  std::vector<double> of_row(rows, 0), of_column(columns, 0);
  double total = 0;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const auto count = static_cast<double>(counts[c]);
    of_row[c / columns] += count;
    of_column[c % columns] += count;
    total += count;
  }
  double sum = 0;  // χ²/N + 1 = Σ n_ij²/(n_i·n_j)
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    const auto count = static_cast<double>(counts[c]);
    sum += count / of_row[c / columns] * (count / of_column[c % columns]);
  }
  const auto used = [](const std::vector<double>& margin) {
    return margin.size() - static_cast<std::size_t>(std::count(margin.begin(), margin.end(), 0.0));
  };
  const std::size_t smaller = std::min(used(of_row), used(of_column));
  if (total == 0 || smaller < 2) return undefined;
  return std::sqrt(std::max(0.0, sum - 1) / static_cast<double>(smaller - 1));
}

std::vector<std::uint8_t> ten_bins(const std::vector<double>& numbers) {
  double lo = undefined, hi = undefined;
  for (const double x : numbers) {
    if (std::isnan(x)) continue;
    lo = std::isnan(lo) ? x : std::min(lo, x);
    hi = std::isnan(hi) ? x : std::max(hi, x);
  }
  if (lo == hi) {
    lo -= 0.5;
    hi += 0.5;
  }
  // In NumPy's order of operations, so that a number on an edge falls on the same side.
  std::array<double, bins + 1> edges{};
  const double step = (hi - lo) / static_cast<double>(bins);
  for (std::size_t k = 0; k < bins; ++k) edges[k] = static_cast<double>(k) * step + lo;
  edges[bins] = hi;
  std::vector<std::uint8_t> codes;
  codes.reserve(numbers.size());
  for (const double x : numbers) {
    const auto above = std::isnan(x) ? edges.end() : std::upper_bound(edges.begin(), edges.end(), x);
    codes.push_back(static_cast<std::uint8_t>(above - edges.begin()));
  }
  return codes;
}

std::vector<PairTrend> pair_trends(const Rows& real, const Rows& synthetic, unsigned threads, const StopCheck& check) {
  const auto marginals = schema::all_marginals(real.codes.domain().dimensions(), 2);
  const auto distances = marginal_distances(real.codes, synthetic.codes, marginals, threads, check);
  std::vector<PairTrend> pairs;
  for (std::size_t k = 0; k < marginals.size(); ++k)
    pairs.push_back({.first = marginals[k][0], .second = marginals[k][1], .total_variation = distances[k] / 2});
  add_cramers_v(pairs, real, synthetic, threads, check);
  ask(check);
  add_trends(pairs, real, synthetic, threads);
  return pairs;
}

}  // namespace fedloom::evaluate
