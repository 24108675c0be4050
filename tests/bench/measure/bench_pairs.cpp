// All pairs (or triples) of a table at scale, timed once per repeat: prints one JSON object for pairs_bench.py.
//
//   bench_pairs --file TABLE [--threads N] [--repeats R]        a coded table: see read_table
//   bench_pairs --rows N --columns D [--triples K] [...]        a table made here, of adult's sizes again and again

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>

#include "fedloom/measure/measure.hpp"

namespace {

using namespace fedloom;

constexpr std::uint32_t adult_sizes[] = {32, 9, 32, 16, 16, 7, 15, 6, 5, 2, 32, 32, 32, 42, 2};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double cpu_seconds_now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// Of this program alone: what getrusage says outlives an exec.
double peak_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  throw std::runtime_error("bench_pairs: /proc/self/status does not tell the memory used");
}

data::Table empty_table(const std::vector<std::uint32_t>& sizes) {
  std::vector<schema::Domain::Axis> axes;
  for (std::size_t k = 0; k < sizes.size(); ++k) axes.push_back({"c" + std::to_string(k), sizes[k]});
  return data::Table{schema::Domain(axes)};
}

/// Little-endian 32-bit numbers: rows, columns, the columns' sizes, and the codes row by row.
data::Table read_table(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](std::vector<std::uint32_t>& numbers) {
    if (!file.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(4 * numbers.size())))
      throw std::runtime_error("bench_pairs: " + path + " ends too early");
  };
  std::vector<std::uint32_t> shape(2);
  read(shape);
  std::vector<std::uint32_t> sizes(shape[1]);
  read(sizes);
  auto table = empty_table(sizes);
  table.reserve(shape[0]);
  for (std::uint32_t row = 0; row < shape[0]; ++row) {
    std::vector<std::uint32_t> codes(shape[1]);
    read(codes);
    table.append(codes);
  }
  return table;
}

/// Codes ⌊n·u³⌋ of u uniform: about half of the rows share an eighth of the values.
data::Table made_table(std::size_t rows, std::size_t columns) {
  std::vector<std::uint32_t> sizes(columns), codes(columns);
  for (std::size_t k = 0; k < columns; ++k) sizes[k] = adult_sizes[k % std::size(adult_sizes)];
  auto table = empty_table(sizes);
  table.reserve(rows);
  std::uint64_t state = 1;
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < columns; ++k) {
      state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's; the high bits are good enough here
      const double u = static_cast<double>(state >> 40) * 0x1p-24;
      codes[k] = static_cast<std::uint32_t>(u * u * u * sizes[k]);
    }
    table.append(codes);
  }
  return table;
}

/// Bytes a second of CPU time at which `threads` threads together read 1 GiB that no cache holds: best of five.
double read_bandwidth(unsigned threads) {
  const std::vector<std::uint64_t> memory(std::size_t{1} << 27, 1);
  double best = 0;
  for (int repeat = 0; repeat < 5; ++repeat) {
    std::vector<std::uint64_t> sums(threads);
    const double start = cpu_seconds_now();
    {
      std::vector<std::jthread> readers;
      for (unsigned t = 0; t < threads; ++t)
        readers.emplace_back([&, t] {
          std::uint64_t sum = 0;
          for (auto i = memory.size() * t / threads; i < memory.size() * (t + 1) / threads; ++i) sum += memory[i];
          sums[t] = sum;
        });
    }
    const double taken = (cpu_seconds_now() - start) / threads;
    std::uint64_t total = 0;
    for (const auto sum : sums) total += sum;
    if (total != memory.size()) throw std::runtime_error("bench_pairs: memory was read wrongly");
    best = std::max(best, static_cast<double>(8 * memory.size()) / taken);
  }
  return best;
}

std::map<std::string, std::string> options_of(int argc, char** argv) {
  std::map<std::string, std::string> options{{"--threads", "1"}, {"--repeats", "3"}, {"--triples", "0"}};
  for (int k = 1; k + 1 < argc; k += 2) options[argv[k]] = argv[k + 1];
  return options;
}

int run(std::map<std::string, std::string> options) {
  const auto threads = static_cast<unsigned>(std::stoul(options["--threads"]));
  const auto table = options.contains("--file")
                         ? read_table(options["--file"])
                         : made_table(std::stoul(options["--rows"]), std::stoul(options["--columns"]));
  auto marginals = schema::all_marginals(table.domain().dimensions(), 2);
  if (const auto triples = std::stoul(options["--triples"]); triples > 0) {
    marginals = schema::all_marginals(table.domain().dimensions(), 3);
    std::erase_if(marginals, [&](const auto& triple) { return triple.cells(table.domain()) > 10'000; });
    marginals.resize(std::min(marginals.size(), triples));
  }
  double cells = 0, bytes = 0;
  for (const auto& marginal : marginals) {
    cells += static_cast<double>(marginal.cells(table.domain()));
    for (const auto attribute : marginal)
      bytes +=
          static_cast<double>(table.rows()) *
          std::visit([](const auto& codes) { return static_cast<double>(sizeof(codes[0])); }, table.column(attribute));
  }
  const double before = peak_mb();
  std::vector<double> seconds, cpu_seconds;
  for (unsigned long repeat = 0; repeat < std::stoul(options["--repeats"]); ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    const double cpu_start = cpu_seconds_now();
    const auto counted = measure::exact_histograms(table, marginals, threads);
    seconds.push_back(seconds_since(start));
    cpu_seconds.push_back(cpu_seconds_now() - cpu_start);
    if (counted.size() != marginals.size()) throw std::runtime_error("bench_pairs: a marginal is missing");
  }
  const double after = peak_mb();
  std::sort(seconds.begin(), seconds.end());
  std::sort(cpu_seconds.begin(), cpu_seconds.end());
  std::cout << nlohmann::json{{"rows", table.rows()},
                              {"marginals", marginals.size()},
                              {"cells", cells},
                              {"column_bytes", bytes},
                              {"seconds", seconds},
                              {"cpu_seconds", cpu_seconds},
                              {"table_mb", before},
                              {"peak_mb", after},
                              {"bandwidth", options.contains("--bandwidth") ? read_bandwidth(threads) : 0}}
            << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(options_of(argc, argv));
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
