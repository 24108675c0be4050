#include "logistic_regression.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "fedloom/base/check.hpp"

namespace fedloom::evaluate {
namespace {

constexpr int most_steps = 50;
constexpr double least_gain = 1e-10;  ///< of the loss, relative
/// The rows are always summed in this many parts, so that the number of threads changes nothing.
constexpr std::size_t parts = 4;

using Vector = std::vector<double>;

double log_one_plus_exp(double x) { return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)); }

double logit(const Vector& weights, const OneHotRows& rows, std::size_t row) {
  double sum = 0;
  for (std::size_t k = 0; k < rows.per_row(); ++k) sum += weights[rows.row(row)[k]];
  return sum;
}

/// Loss, gradient and the lower triangle of the Hessian, over all rows.
struct Normal {
  double loss = 0;
  Vector gradient, hessian;
  explicit Normal(std::size_t width) : gradient(width, 0), hessian(width * width, 0) {}
  void add(const Normal& other) {
    loss += other.loss;
    std::transform(gradient.begin(), gradient.end(), other.gradient.begin(), gradient.begin(), std::plus<>());
    std::transform(hessian.begin(), hessian.end(), other.hessian.begin(), hessian.begin(), std::plus<>());
  }
};

void add_row(Normal& normal, const OneHotRows& rows, std::size_t row, double label, const Vector& weights) {
  const double x = logit(weights, rows, row);
  const double p = 1 / (1 + std::exp(-x));
  const double weight = p * (1 - p);
  const std::uint32_t* places = rows.row(row);
  normal.loss += log_one_plus_exp(x) - label * x;
  for (std::size_t i = 0; i < rows.per_row(); ++i) {
    normal.gradient[places[i]] += p - label;
    double* line = normal.hessian.data() + places[i] * rows.width();
    for (std::size_t j = 0; j <= i; ++j) line[places[j]] += weight;
  }
}

Normal normal_of(const OneHotRows& rows, const Labels& labels, const Vector& weights, unsigned threads) {
  std::vector<Normal> sums(parts, Normal(rows.width()));
  const auto add_part = [&](std::size_t part) {
    const std::size_t begin = rows.rows() * part / parts, end = rows.rows() * (part + 1) / parts;
    for (std::size_t row = begin; row < end; ++row) add_row(sums[part], rows, row, labels[row], weights);
  };
  const std::size_t workers = std::clamp<std::size_t>(threads, 1, parts);
  std::vector<std::jthread> pool;
  for (std::size_t worker = 0; worker < workers; ++worker)
    pool.emplace_back([&, worker] {
      for (std::size_t part = worker; part < parts; part += workers) add_part(part);
    });
  pool.clear();
  for (std::size_t part = 1; part < parts; ++part) sums[0].add(sums[part]);
  return std::move(sums[0]);
}

/// Cholesky's factor in place of the lower triangle. A place whose pivot vanishes follows from those before it: its
/// line is left out. Gives how many are left.
std::size_t factorise(Vector& a, std::size_t n) {
  std::size_t rank = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double* line = a.data() + i * n;
    const double before = line[i];
    for (std::size_t j = 0; j < i; ++j) {
      const double* other = a.data() + j * n;
      double sum = line[j];
      for (std::size_t k = 0; k < j; ++k) sum -= line[k] * other[k];
      line[j] = other[j] > 0 ? sum / other[j] : 0;
    }
    double pivot = before;
    for (std::size_t k = 0; k < i; ++k) pivot -= line[k] * line[k];
    const bool counts = pivot > 1e-9 * before && before > 0;
    line[i] = counts ? std::sqrt(pivot) : 0;
    rank += counts;
  }
  return rank;
}

/// Solves L·Lᵀ·x = b in place of b.
void solve(const Vector& factor, Vector& b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= factor[i * n + k] * b[k];
    b[i] = factor[i * n + i] > 0 ? b[i] / factor[i * n + i] : 0;
  }
  for (std::size_t i = n; i-- > 0;) {
    b[i] = factor[i * n + i] > 0 ? b[i] / factor[i * n + i] : 0;
    for (std::size_t k = 0; k < i; ++k) b[k] -= factor[i * n + k] * b[i];
  }
}

void add_ridge(Normal& normal, const Vector& weights, double ridge) {
  const std::size_t width = weights.size();
  for (std::size_t k = 0; k + 1 < width; ++k) {
    normal.loss += ridge / 2 * weights[k] * weights[k];
    normal.gradient[k] += ridge * weights[k];
    normal.hessian[k * width + k] += ridge;
  }
}

}  // namespace

OneHotRows::OneHotRows(const schema::Domain& domain, std::optional<std::uint32_t> left_out) {
  std::size_t offset = 0;
  for (std::uint32_t i = 0; i < domain.dimensions(); ++i) {
    if (i == left_out) continue;
    attributes_.push_back(i);
    offsets_.push_back(static_cast<std::uint32_t>(offset));
    offset += domain.size(i);
  }
  per_row_ = attributes_.size() + 1;
  width_ = offset + 1;
}

void OneHotRows::append(const data::Table& table) {
  const std::size_t begin = places_.size();
  places_.resize(begin + table.rows() * per_row_, static_cast<std::uint32_t>(width_ - 1));
  for (std::size_t k = 0; k < attributes_.size(); ++k) {
    std::visit(
        [&](const auto& column) {
          for (std::size_t row = 0; row < column.size(); ++row)
            places_[begin + row * per_row_ + k] = offsets_[k] + column[row];
        },
        table.column(attributes_[k]));
  }
}

LogisticFit fit_logistic(const OneHotRows& rows, const Labels& labels, double ridge, unsigned threads,
                         const StopCheck& check) {
  FEDLOOM_CHECK(rows.rows() == labels.size() && !labels.empty() && ridge > 0 && rows.width() <= most_places);
  LogisticFit fit{.weights = Vector(rows.width(), 0), .rank = 0, .steps = 0};
  Vector step;
  double loss = 0;
  for (; fit.steps < most_steps; ++fit.steps) {
    ask(check);
    Normal normal = normal_of(rows, labels, fit.weights, threads);
    if (fit.steps == 0) {  // all weights of the rows are equal: this is the one-hot matrix times itself
      Vector gram = normal.hessian;
      fit.rank = factorise(gram, rows.width());
    }
    add_ridge(normal, fit.weights, ridge);
    if (fit.steps > 0 && normal.loss > loss) {  // too far: half the step, from where it began
      for (std::size_t k = 0; k < step.size(); ++k) fit.weights[k] += step[k] /= 2;
      if (std::abs(normal.loss - loss) <= least_gain * std::abs(loss)) break;
      continue;
    }
    const bool done = fit.steps > 0 && loss - normal.loss <= least_gain * std::abs(loss);
    loss = normal.loss;
    if (done) break;
    step = normal.gradient;
    factorise(normal.hessian, rows.width());
    solve(normal.hessian, step);
    for (std::size_t k = 0; k < step.size(); ++k) fit.weights[k] -= step[k];
  }
  return fit;
}

std::vector<double> probabilities(const LogisticFit& fit, const OneHotRows& rows) {
  std::vector<double> all;
  all.reserve(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) all.push_back(1 / (1 + std::exp(-logit(fit.weights, rows, row))));
  return all;
}

}  // namespace fedloom::evaluate
