#include "histograms.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include "joint_count.hpp"
#include "joint_plan.hpp"
#include "project.hpp"

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

/// Calls work(k) once for each k below `count`, on `threads` threads; the first exception comes out.
template <class Work>
void in_parallel(std::size_t count, unsigned threads, const Work& work) {
  std::atomic<std::size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  const auto run = [&] {
    try {
      for (auto k = next++; k < count; k = next++) work(k);
    } catch (...) {
      const std::lock_guard hold(failure_lock);
      if (!failure) failure = std::current_exception();
      next = count;
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned t = 1; t < std::min<std::size_t>(threads, count); ++t) others.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

/// Distinct marginals of degree 1 to 3.
std::vector<Histogram> distinct_histograms(const data::Table& table, const std::vector<Marginal>& marginals,
                                           unsigned threads) {
  const auto joints = plan_joints(marginals, table.domain(), table.rows());
  const auto tasks = cut(joints, table.rows(), threads);
  std::vector<Histogram> results;
  for (const auto& marginal : marginals) results.emplace_back(marginal.cells(table.domain()), 0);
  std::vector<std::mutex> locks(joints.size());

  in_parallel(tasks.size(), threads, [&](std::size_t t) {
    const auto& joint = joints[tasks[t].joint];
    Tensor tensor{joint.attributes, {}, count_joint(table, joint, tasks[t].rows)};
    for (const auto attribute : joint.attributes) tensor.sizes.push_back(table.domain().size(attribute));
    // Each marginal belongs to one joint, so the joint's lock guards its results.
    const std::lock_guard hold(locks[tasks[t].joint]);
    project(tensor, marginals, joint.covers,
            [&](std::size_t k, const Tensor& part) { add_in_order(part, results[k]); });
  });
  return results;
}

}  // namespace

std::vector<Histogram> histograms(const data::Table& table, const std::vector<Marginal>& marginals, unsigned threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  std::map<Marginal, std::size_t> place;
  std::vector<Marginal> distinct;
  for (const auto& marginal : marginals)
    if (marginal.degree() > 0 && place.emplace(marginal, distinct.size()).second) distinct.push_back(marginal);

  auto counted = distinct_histograms(table, distinct, threads);
  if (distinct.size() == marginals.size()) return counted;
  std::vector<Histogram> results;
  for (const auto& marginal : marginals)
    results.push_back(marginal.degree() == 0 ? Histogram{static_cast<std::int64_t>(table.rows())}
                                             : counted[place.at(marginal)]);
  return results;
}

}  // namespace fedloom::measure
