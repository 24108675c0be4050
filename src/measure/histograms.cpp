#include "histograms.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "count_plan.hpp"
#include "joint_count.hpp"
#include "parallel.hpp"
#include "project.hpp"
#include "solo_count.hpp"

namespace fedloom::measure {
namespace {

using schema::Marginal;
using Histogram = std::vector<std::int64_t>;

constexpr std::size_t least_range_rows = 1U << 16;
constexpr std::uint64_t most_cells_to_repeat = std::uint64_t{1} << 20;

struct Task {
  std::size_t joint = 0;
  RowRange rows;
};

/// One task a joint; several, over ranges of rows, where joints alone would leave threads idle. What is added up is
/// whole numbers, so neither the cut nor the order shows in the result.
std::vector<Task> cut(const std::vector<Joint>& joints, std::size_t rows, unsigned threads) {
  std::vector<Task> tasks;
  for (std::size_t j = 0; j < joints.size(); ++j) {
    std::size_t ranges = rows / max_range_rows + 1;
    if (threads > 1 && joints[j].cells <= most_cells_to_repeat)
      ranges = std::max(ranges, std::min(4 * threads / joints.size(), rows / least_range_rows));
    for (std::size_t r = 0; r < ranges; ++r) tasks.push_back({j, {rows * r / ranges, rows * (r + 1) / ranges}});
  }
  return tasks;
}

/// Distinct marginals of degree 1 to 3.
std::vector<Histogram> distinct_histograms(const data::Table& table, const std::vector<Marginal>& marginals,
                                           const CountOptions& options) {
  const auto plan = plan_counts(table, marginals, options.isa);
  std::vector<Histogram> results;
  for (const auto& marginal : marginals) results.emplace_back(marginal.cells(table.domain()), 0);
  count_solos(table, marginals, plan, options.isa, options.threads, results);

  const auto& joints = plan.joints;
  const auto tasks = cut(joints, table.rows(), options.threads);
  std::vector<std::mutex> locks(joints.size());

  in_parallel(tasks.size(), options.threads, [&](std::size_t t) {
    const auto& joint = joints[tasks[t].joint];
    Tensor tensor{joint.attributes, {}, count_joint(table, joint, tasks[t].rows, options.isa)};
    for (const auto attribute : joint.attributes) tensor.sizes.push_back(table.domain().size(attribute));
    // Each marginal belongs to one joint, so the joint's lock guards its results.
    const std::lock_guard hold(locks[tasks[t].joint]);
    project(tensor, marginals, joint.covers,
            [&](std::size_t k, const Tensor& part) { add_in_order(part, results[k]); });
  });
  return results;
}

}  // namespace

std::vector<Histogram> histograms(const data::Table& table, const std::vector<Marginal>& marginals,
                                  CountOptions options) {
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency());
  std::map<Marginal, std::size_t> place;
  std::vector<Marginal> distinct;
  for (const auto& marginal : marginals)
    if (marginal.degree() > 0 && place.emplace(marginal, distinct.size()).second) distinct.push_back(marginal);

  auto counted = distinct_histograms(table, distinct, options);
  if (distinct.size() == marginals.size()) return counted;
  std::vector<Histogram> results;
  for (const auto& marginal : marginals)
    results.push_back(marginal.degree() == 0 ? Histogram{static_cast<std::int64_t>(table.rows())}
                                             : counted[place.at(marginal)]);
  return results;
}

}  // namespace fedloom::measure
