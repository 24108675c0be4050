#include "tree_density.hpp"

#include <cmath>

namespace fedloom::audit {
namespace {

/// Rows' worth of the smoothing density that is mixed into each count.
constexpr double smoothing = 1;

std::vector<double> single_counts(const Rows& rows, std::uint32_t a) {
  std::vector<double> counts(rows.domain().size(a));
  for (std::size_t i = 0; i < rows.size(); ++i) ++counts[rows[i][a]];
  return counts;
}

std::vector<double> pair_counts(const Rows& rows, std::uint32_t a, std::uint32_t b) {
  std::vector<double> counts(std::size_t{rows.domain().size(a)} * rows.domain().size(b));
  for (std::size_t i = 0; i < rows.size(); ++i) ++counts[std::size_t{rows[i][a]} * rows.domain().size(b) + rows[i][b]];
  return counts;
}

/// Σ n_ab·ln(n_ab·N / (n_a·n_b)), N times the mutual information.
double information(const Rows& rows, std::uint32_t a, std::uint32_t b,
                   const std::vector<std::vector<double>>& singles) {
  // Only cells that occur: a pair of wide columns has far more cells than there are rows.
  double sum = 0;
  const auto counts = pair_counts(rows, a, b);
  const auto n = static_cast<double>(rows.size());
  for (std::size_t x = 0; x < singles[a].size(); ++x) {
    for (std::size_t y = 0; y < singles[b].size(); ++y) {
      const double count = counts[x * singles[b].size() + y];
      if (count > 0) sum += count * std::log(count * n / (singles[a][x] * singles[b][y]));
    }
  }
  return sum;
}

}  // namespace

TreeDensity::TreeDensity(const Rows& rows) {
  const auto d = static_cast<std::uint32_t>(rows.domain().dimensions());
  std::vector<std::vector<double>> singles, smoothed;
  for (std::uint32_t a = 0; a < d; ++a) {
    sizes_.push_back(rows.domain().size(a));
    singles.push_back(single_counts(rows, a));
    auto& p = smoothed.emplace_back(singles.back());
    for (double& value : p) {
      value = (value + smoothing / static_cast<double>(p.size())) / (static_cast<double>(rows.size()) + smoothing);
    }
  }
  // Prim's algorithm from the first column.
  std::vector<double> gain(d, -1);
  std::vector<std::uint32_t> link(d, 0);
  std::vector<bool> in(d, false);
  for (std::uint32_t added = 0, next = 0; added < d; ++added) {
    in[next] = true;
    Node node{.attribute = next, .parent = link[next], .log_probability = {}, .root = added == 0};
    if (node.root) {
      for (const double p : smoothed[next]) node.log_probability.push_back(std::log(p));
    } else {
      const auto counts = pair_counts(rows, node.parent, next);
      for (std::size_t x = 0; x < sizes_[node.parent]; ++x) {
        for (std::size_t y = 0; y < sizes_[next]; ++y) {
          const double count = counts[x * sizes_[next] + y] + smoothing * smoothed[next][y];
          node.log_probability.push_back(std::log(count / (singles[node.parent][x] + smoothing)));
        }
      }
    }
    nodes_.push_back(std::move(node));
    std::uint32_t best = d;
    for (std::uint32_t a = 0; a < d; ++a) {
      if (in[a]) continue;
      const double shared = information(rows, next, a, singles);
      if (shared > gain[a]) {
        gain[a] = shared;
        link[a] = next;
      }
      if (best == d || gain[a] > gain[best]) best = a;
    }
    next = best;
  }
}

double TreeDensity::log_density(std::span<const std::uint32_t> row) const {
  double sum = 0;
  for (const Node& node : nodes_) {
    const std::size_t at = node.root ? 0 : std::size_t{row[node.parent]} * sizes_[node.attribute];
    sum += node.log_probability[at + row[node.attribute]];
  }
  return sum;
}

}  // namespace fedloom::audit
