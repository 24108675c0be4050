#pragma once
// Where a table is counted: on the processor, or on a GPU. Both give the same numbers. PRIVATE.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::measure {

class CountingDevice {
 public:
  CountingDevice() = default;
  CountingDevice(const CountingDevice&) = delete;
  CountingDevice& operator=(const CountingDevice&) = delete;
  virtual ~CountingDevice() = default;
  /// One histogram for each marginal, in order.
  virtual std::vector<std::vector<std::int64_t>> count(const std::vector<schema::Marginal>& marginals) = 0;
};

/// `threads` 0: one per core. The table must outlive the device and not change.
std::unique_ptr<CountingDevice> processor(const data::Table& table, unsigned threads);

/// Why gpu() would give none; empty where a GPU is there.
std::string why_no_gpu();

/// The GPU with the table's columns copied to it; null where there is none, or the table does not fit. Counts on the
/// processor once the GPU fails.
std::unique_ptr<CountingDevice> gpu(const data::Table& table, unsigned threads);

}  // namespace fedloom::measure
