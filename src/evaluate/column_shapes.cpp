#include <algorithm>
#include <cmath>

#include "column_metrics.hpp"
#include "fedloom/measure/measure.hpp"

namespace fedloom::evaluate {
namespace {

void drop_missing(std::vector<double>& values) {
  values.erase(std::remove_if(values.begin(), values.end(), [](double x) { return std::isnan(x); }), values.end());
}

double variation(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b, std::size_t cells) {
  double rows_a = 0, rows_b = 0, sum = 0;
  for (std::size_t c = 0; c < cells; ++c) {
    rows_a += static_cast<double>(a[c]);
    rows_b += static_cast<double>(b[c]);
  }
  if (rows_a == 0 || rows_b == 0) return undefined;
  for (std::size_t c = 0; c < cells; ++c)
    sum += std::abs(static_cast<double>(a[c]) / rows_a - static_cast<double>(b[c]) / rows_b);
  return sum / 2;
}

}  // namespace

std::vector<bool> numeric_attributes(const Rows& a, const Rows& b) {
  std::vector<bool> numeric;
  const auto there = [](const Rows& rows, std::size_t i) {
    return i < rows.numbers.size() && !rows.numbers[i].empty();
  };
  for (std::size_t i = 0; i < a.codes.domain().dimensions(); ++i) numeric.push_back(there(a, i) && there(b, i));
  return numeric;
}

double mean_of_defined(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count > 0 ? sum / count : undefined;
}

double ks_complement(std::vector<double> a, std::vector<double> b) {
  drop_missing(a);
  drop_missing(b);
  if (a.empty() || b.empty()) return undefined;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double largest = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    largest = std::max(largest, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) -
                                         static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return 1 - largest;
}

std::vector<ColumnShape> column_shapes(const Rows& real, const Rows& synthetic, const schema::Schema& schema,
                                       unsigned threads, const StopCheck& check) {
  const auto& domain = schema.domain();
  const auto numeric = numeric_attributes(real, synthetic);
  std::vector<ColumnShape> shapes;
  for (std::uint32_t i = 0; i < domain.dimensions(); ++i) {
    ask(check);
    const auto a = measure::exact_histograms(real.codes, {{i}}, threads).at(0);
    const auto b = measure::exact_histograms(synthetic.codes, {{i}}, threads).at(0);
    const std::size_t named = domain.size(i) - (schema.attributes()[i].missing ? 1 : 0);
    ColumnShape shape{.attribute = i, .numeric = numeric[i]};
    shape.total_variation = variation(a, b, domain.size(i));
    shape.score = shape.numeric ? ks_complement(real.numbers[i], synthetic.numbers[i]) : 1 - variation(a, b, named);
    shapes.push_back(shape);
  }
  return shapes;
}

}  // namespace fedloom::evaluate
