#pragma once
// Histograms on a GPU. Holds no type of the project's, so that nvcc compiles little. PRIVATE.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace fedloom::measure {

/// The GPU or its driver gave up; what() names the call and the reason. Nothing was counted.
class GpuFailure : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct GpuColumn {
  const void* codes = nullptr;
  std::size_t code_bytes = 1;  ///< 1, 2 or 4
};

/// The histogram of up to three columns: cell (c_0·n_1 + c_1)·n_2 + c_2.
struct GpuJob {
  std::uint32_t columns[3] = {};  // plain arrays: device code may not call std::array's functions
  std::uint32_t sizes[3] = {1, 1, 1};
  std::uint32_t degree = 0;
  std::uint64_t cells = 1;
  std::uint64_t offset = 0;  ///< of its first cell in the answer
};

/// A table's columns on the first GPU.
class GpuTable {
 public:
  /// Why there is no GPU to count on; empty where there is one.
  static std::string why_not();
  /// Copies the columns, each of `rows` codes. Throws GpuFailure.
  GpuTable(const std::vector<GpuColumn>& columns, std::size_t rows);
  GpuTable(GpuTable&&) noexcept;
  GpuTable& operator=(GpuTable&&) noexcept;
  ~GpuTable();
  /// All jobs' cells, one after the other; exact. The jobs' offsets are the sums of the cells before. Throws
  /// GpuFailure.
  std::vector<std::int64_t> count(const std::vector<GpuJob>& jobs);

 private:
  struct Device;
  std::unique_ptr<Device> device_;
};

}  // namespace fedloom::measure
