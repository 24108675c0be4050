#pragma once
// Work on a range, split among threads.

#include <algorithm>
#include <cstddef>
#include <functional>
#include <future>
#include <vector>

namespace fedloom::secagg {

/// Calls work(first, last) for disjoint ranges that cover [0, count), each from a thread of its own; for one thread
/// from the caller's. Borders are multiples of `grain`. An exception of the work is thrown again when all have ended.
inline void in_parallel(std::size_t count, std::size_t grain, unsigned threads,
                        const std::function<void(std::size_t first, std::size_t last)>& work) {
  const std::size_t grains = (count + grain - 1) / grain;
  const std::size_t parts = std::min<std::size_t>(std::max(threads, 1U), grains);
  if (parts <= 1) {
    if (count > 0) work(0, count);
    return;
  }
  const auto border = [&](std::size_t part) { return std::min(count, grains * part / parts * grain); };
  std::vector<std::future<void>> others;  // the destructor of each waits for its thread
  for (std::size_t part = 1; part < parts; ++part) {
    others.push_back(std::async(std::launch::async, work, border(part), border(part + 1)));
  }
  work(0, border(1));
  for (auto& other : others) other.get();
}

}  // namespace fedloom::secagg
