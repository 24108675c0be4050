#include "counting_device.hpp"

#include "histograms.hpp"

#ifdef FEDLOOM_WITH_CUDA
#include "gpu_count.hpp"
#endif

namespace fedloom::measure {
namespace {

using Histograms = std::vector<std::vector<std::int64_t>>;

class Processor : public CountingDevice {
 public:
  Processor(const data::Table& table, unsigned threads) : table_(table), threads_(threads) {}
  Histograms count(const std::vector<schema::Marginal>& marginals) override {
    return histograms(table_, marginals, {.threads = threads_});
  }

 private:
  const data::Table& table_;
  unsigned threads_;
};

#ifdef FEDLOOM_WITH_CUDA

std::vector<GpuColumn> columns_of(const data::Table& table) {
  std::vector<GpuColumn> columns;
  for (std::size_t k = 0; k < table.domain().dimensions(); ++k)
    std::visit([&](const auto& codes) { columns.push_back({codes.data(), sizeof(codes[0])}); }, table.column(k));
  return columns;
}

class Gpu : public CountingDevice {
 public:
  Gpu(const data::Table& table, unsigned threads)
      : table_(table), processor_(table, threads), gpu_(std::make_unique<GpuTable>(columns_of(table), table.rows())) {}
  Histograms count(const std::vector<schema::Marginal>& marginals) override {
    if (!gpu_) return processor_.count(marginals);
    std::vector<GpuJob> jobs;
    std::uint64_t cells = 0;
    for (const auto& marginal : marginals) {
      GpuJob job{.degree = static_cast<std::uint32_t>(marginal.degree()),
                 .cells = marginal.cells(table_.domain()),
                 .offset = cells};
      for (std::size_t k = 0; k < marginal.degree(); ++k) {
        job.columns[k] = marginal[k];
        job.sizes[k] = table_.domain().size(marginal[k]);
      }
      cells += job.cells;
      jobs.push_back(job);
    }
    try {
      const auto counts = gpu_->count(jobs);
      Histograms results;
      for (const auto& job : jobs) {
        const auto first = counts.begin() + static_cast<std::ptrdiff_t>(job.offset);
        results.emplace_back(first, first + static_cast<std::ptrdiff_t>(job.cells));
      }
      return results;
    } catch (const GpuFailure&) {
      gpu_.reset();
      return processor_.count(marginals);
    }
  }

 private:
  const data::Table& table_;
  Processor processor_;
  std::unique_ptr<GpuTable> gpu_;
};

#endif

}  // namespace

std::unique_ptr<CountingDevice> processor(const data::Table& table, unsigned threads) {
  return std::make_unique<Processor>(table, threads);
}

#ifdef FEDLOOM_WITH_CUDA

std::string why_no_gpu() { return GpuTable::why_not(); }

std::unique_ptr<CountingDevice> gpu(const data::Table& table, unsigned threads) {
  if (!why_no_gpu().empty()) return nullptr;
  try {
    return std::make_unique<Gpu>(table, threads);
  } catch (const GpuFailure&) {
    return nullptr;
  }
}

#else

std::string why_no_gpu() { return "this build has no code for GPUs (FEDLOOM_WITH_CUDA is off)"; }

std::unique_ptr<CountingDevice> gpu(const data::Table&, unsigned) { return nullptr; }

#endif

}  // namespace fedloom::measure
