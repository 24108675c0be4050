#include <algorithm>

#include "gpu_count.hpp"

namespace fedloom::measure {
namespace {

constexpr unsigned block_threads = 256;
/// Histograms up to this are counted in shared memory, of which every GPU gives a block 48 KiB.
constexpr std::uint64_t shared_cells = 12'000;
/// Rows of one block of threads: few enough that 32 bits count them, many enough to pay for clearing the histogram.
constexpr std::size_t block_rows = std::size_t{1} << 16;
constexpr std::size_t most_jobs = 65'535;  // of one launch: a grid's limit

void check(cudaError_t code, const char* what) {
  if (code != cudaSuccess) throw GpuFailure(std::string(what) + ": " + cudaGetErrorString(code));
}

/// Memory of the GPU.
template <class T>
class Buffer {
 public:
  explicit Buffer(std::size_t length) : length_(length) {
    check(cudaMalloc(reinterpret_cast<void**>(&data_), std::max<std::size_t>(length, 1) * sizeof(T)), "cudaMalloc");
  }
  Buffer(Buffer&& other) noexcept : data_(other.data_), length_(other.length_) { other.data_ = nullptr; }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  Buffer& operator=(Buffer&&) = delete;
  ~Buffer() { cudaFree(data_); }
  T* get() const { return data_; }
  void fill_from(const void* from) {
    check(cudaMemcpy(data_, from, length_ * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy to the GPU");
  }
  void copy_to(void* to) const {
    check(cudaMemcpy(to, data_, length_ * sizeof(T), cudaMemcpyDeviceToHost), "cudaMemcpy from the GPU");
  }
  void clear() { check(cudaMemset(data_, 0, length_ * sizeof(T)), "cudaMemset"); }

 private:
  T* data_ = nullptr;
  std::size_t length_ = 0;
};

__device__ std::uint64_t code_at(const GpuColumn& column, std::size_t row) {
  if (column.code_bytes == 1) return static_cast<const std::uint8_t*>(column.codes)[row];
  if (column.code_bytes == 2) return static_cast<const std::uint16_t*>(column.codes)[row];
  return static_cast<const std::uint32_t*>(column.codes)[row];
}

/// Calls add(cell) for each row of this block of threads.
template <class Add>
__device__ void for_each_row(const GpuColumn* columns, const GpuJob& job, std::size_t rows, const Add& add) {
  const std::size_t from = blockIdx.x * block_rows, end = from + block_rows < rows ? from + block_rows : rows;
  for (std::size_t row = from + threadIdx.x; row < end; row += blockDim.x) {
    std::uint64_t cell = 0;
    for (std::uint32_t k = 0; k < job.degree; ++k) cell = cell * job.sizes[k] + code_at(columns[job.columns[k]], row);
    add(cell);
  }
}

using Cells = unsigned long long;  // what atomicAdd takes

__global__ void count_shared(const GpuColumn* columns, const GpuJob* jobs, std::size_t rows, Cells* answer) {
  extern __shared__ unsigned histogram[];
  const GpuJob job = jobs[blockIdx.y];
  for (std::uint64_t c = threadIdx.x; c < job.cells; c += blockDim.x) histogram[c] = 0;
  __syncthreads();
  for_each_row(columns, job, rows, [&](std::uint64_t cell) { atomicAdd(&histogram[cell], 1U); });
  __syncthreads();
  for (std::uint64_t c = threadIdx.x; c < job.cells; c += blockDim.x)
    if (histogram[c] != 0) atomicAdd(&answer[job.offset + c], Cells{histogram[c]});
}

__global__ void count_global(const GpuColumn* columns, const GpuJob* jobs, std::size_t rows, Cells* answer) {
  const GpuJob job = jobs[blockIdx.y];
  for_each_row(columns, job, rows, [&](std::uint64_t cell) { atomicAdd(&answer[job.offset + cell], Cells{1}); });
}

}  // namespace

struct GpuTable::Device {
  std::size_t rows = 0;
  std::vector<Buffer<std::uint8_t>> codes;
  Buffer<GpuColumn> columns;

  Device(const std::vector<GpuColumn>& host, std::size_t table_rows) : rows(table_rows), columns(host.size()) {
    std::vector<GpuColumn> there;
    for (const auto& column : host) {
      codes.emplace_back(rows * column.code_bytes);
      codes.back().fill_from(column.codes);
      there.push_back({codes.back().get(), column.code_bytes});
    }
    columns.fill_from(there.data());
  }

  /// Jobs of one kind: all in shared memory, or all in global.
  void launch(const std::vector<GpuJob>& jobs, bool shared, Buffer<Cells>& answer) const {
    if (jobs.empty() || rows == 0) return;
    Buffer<GpuJob> there(jobs.size());
    there.fill_from(jobs.data());
    std::uint64_t most = 0;
    for (const auto& job : jobs) most = std::max(most, job.cells);
    const auto blocks = static_cast<unsigned>((rows + block_rows - 1) / block_rows);
    for (std::size_t from = 0; from < jobs.size(); from += most_jobs) {
      const dim3 grid(blocks, static_cast<unsigned>(std::min(most_jobs, jobs.size() - from)));
      if (shared)
        count_shared<<<grid, block_threads, most * sizeof(unsigned)>>>(columns.get(), there.get() + from, rows,
                                                                       answer.get());
      else
        count_global<<<grid, block_threads>>>(columns.get(), there.get() + from, rows, answer.get());
      check(cudaGetLastError(), "counting on the GPU");
    }
    check(cudaDeviceSynchronize(), "counting on the GPU");
  }
};

std::string GpuTable::why_not() {
  int devices = 0;
  const auto code = cudaGetDeviceCount(&devices);
  if (code != cudaSuccess) return cudaGetErrorString(code);
  return devices == 0 ? "no CUDA device" : "";
}

GpuTable::GpuTable(const std::vector<GpuColumn>& columns, std::size_t rows)
    : device_(std::make_unique<Device>(columns, rows)) {}
GpuTable::GpuTable(GpuTable&&) noexcept = default;
GpuTable& GpuTable::operator=(GpuTable&&) noexcept = default;
GpuTable::~GpuTable() = default;

std::vector<std::int64_t> GpuTable::count(const std::vector<GpuJob>& jobs) {
  std::vector<GpuJob> small, large;
  std::uint64_t cells = 0;
  for (const auto& job : jobs) {
    (job.cells <= shared_cells ? small : large).push_back(job);
    cells += job.cells;
  }
  Buffer<Cells> answer(cells);
  answer.clear();
  device_->launch(small, true, answer);
  device_->launch(large, false, answer);
  std::vector<std::int64_t> counts(cells);
  static_assert(sizeof(Cells) == sizeof(std::int64_t));
  answer.copy_to(counts.data());
  return counts;
}

}  // namespace fedloom::measure
