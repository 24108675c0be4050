#include "joint_plan.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>

namespace fedloom::measure {
namespace {

using schema::Domain;
using schema::Marginal;

/// Rough nanoseconds, of ratios that matter only: see tests/bench/measure.
double counting_cost(std::uint64_t cells, std::size_t degree, std::size_t rows) {
  double row = 0.45 + 0.05 * static_cast<double>(degree);
  if (cells > (1U << 14)) row += 0.25;             // 16-bit cells outgrow the first-level cache
  if (cells > max_joint_cells) row += 0.8;         // 32-bit keys and cells
  if (cells > (std::uint64_t{1} << 19)) row += 4;  // … outgrow the second-level cache
  // Clearing, widening, and about one pass of sums for each axis.
  const double cell = 0.2 + 0.15 * static_cast<double>(degree);
  return row * static_cast<double>(rows) + cell * static_cast<double>(cells);
}

/// A marginal as one number: 21 bits an attribute, attributes from 1.
std::uint64_t key_of(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  if (a > b) std::swap(a, b);
  if (b > c) std::swap(b, c);
  if (a > b) std::swap(a, b);
  return (std::uint64_t{a} << 42) | (std::uint64_t{b} << 21) | c;
}

/// The marginals not yet in a joint.
class Open {
 public:
  Open(const std::vector<Marginal>& marginals, const Domain& domain, std::size_t rows) {
    for (std::size_t k = 0; k < marginals.size(); ++k) {
      const auto& m = marginals[k];
      by_key_.emplace(key_of(attribute(m, 0), attribute(m, 1), attribute(m, 2)), k);
      has_degree_[m.degree()] = true;
      cost_.push_back(counting_cost(m.cells(domain), m.degree(), rows));
    }
  }
  bool has(const Marginal& m) const {
    return by_key_.contains(key_of(attribute(m, 0), attribute(m, 1), attribute(m, 2)));
  }
  /// Calls use(marginal index) for each open marginal inside set ∪ {more} that holds `more`.
  template <class Use>
  void for_each_with(const std::vector<std::uint32_t>& set, std::uint32_t more, const Use& use) const {
    const auto visit = [&](std::uint64_t key) {
      if (const auto found = by_key_.find(key); found != by_key_.end()) use(found->second);
    };
    if (has_degree_[1]) visit(key_of(0, 0, more + 1));
    for (std::size_t i = 0; i < set.size(); ++i) {
      if (has_degree_[2]) visit(key_of(0, set[i] + 1, more + 1));
      for (std::size_t j = i + 1; has_degree_[3] && j < set.size(); ++j)
        visit(key_of(set[i] + 1, set[j] + 1, more + 1));
    }
  }
  double cost(std::size_t k) const { return cost_[k]; }
  void close(const Marginal& m) { by_key_.erase(key_of(attribute(m, 0), attribute(m, 1), attribute(m, 2))); }

 private:
  static std::uint32_t attribute(const Marginal& m, std::size_t k) { return k < m.degree() ? m[k] + 1 : 0; }
  std::unordered_map<std::uint64_t, std::size_t> by_key_;
  std::array<bool, Marginal::max_degree + 1> has_degree_{};
  std::vector<double> cost_;
};

/// The attribute whose addition saves most, if any saves.
std::optional<std::uint32_t> best_addition(const Joint& joint, const std::vector<std::uint32_t>& used, const Open& open,
                                           const Domain& domain, std::size_t rows) {
  std::optional<std::uint32_t> best;
  double best_saving = 0;
  const double now = counting_cost(joint.cells, joint.attributes.size(), rows);
  for (const auto more : used) {
    const auto cells = joint.cells * domain.size(more);
    if (cells > max_joint_cells) continue;
    if (std::find(joint.attributes.begin(), joint.attributes.end(), more) != joint.attributes.end()) continue;
    double saving = now - counting_cost(cells, joint.attributes.size() + 1, rows);
    open.for_each_with(joint.attributes, more, [&](std::size_t k) { saving += open.cost(k); });
    if (saving > best_saving) {
      best_saving = saving;
      best = more;
    }
  }
  return best;
}

Joint grow(const Marginal& seed, const std::vector<std::uint32_t>& used, const Open& open, const Domain& domain,
           std::size_t rows) {
  Joint joint{.attributes = {seed.begin(), seed.end()}, .cells = seed.cells(domain), .covers = {}};
  while (joint.attributes.size() < max_joint_degree && joint.cells <= max_joint_cells) {
    const auto more = best_addition(joint, used, open, domain, rows);
    if (!more) break;
    joint.attributes.push_back(*more);
    joint.cells *= domain.size(*more);
  }
  return joint;
}

}  // namespace

std::vector<Joint> plan_joints(const std::vector<Marginal>& marginals, const Domain& domain, std::size_t rows) {
  std::vector<std::uint32_t> used;
  for (const auto& m : marginals) used.insert(used.end(), m.begin(), m.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());

  // Large marginals first: small ones find a place in what they leave room for.
  std::vector<std::size_t> order(marginals.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return marginals[a].cells(domain) > marginals[b].cells(domain);
  });

  Open open(marginals, domain, rows);
  std::vector<Joint> joints;
  for (const auto seed : order) {
    if (!open.has(marginals[seed])) continue;
    auto joint = grow(marginals[seed], used, open, domain, rows);
    if (joint.cells > max_joint_cells) {
      joint.covers = {seed};  // summing so many cells away would cost more than counting a small marginal by itself
    } else {
      for (auto more = joint.attributes.begin(); more != joint.attributes.end(); ++more)
        open.for_each_with({joint.attributes.begin(), more}, *more,
                           [&](std::size_t covered) { joint.covers.push_back(covered); });
    }
    for (const auto covered : joint.covers) open.close(marginals[covered]);
    std::stable_sort(joint.attributes.begin(), joint.attributes.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return domain.size(a) < domain.size(b); });
    joints.push_back(std::move(joint));
  }
  return joints;
}

}  // namespace fedloom::measure
