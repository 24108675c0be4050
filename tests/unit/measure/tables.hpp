#pragma once
// Tables of skewed public random codes, and counting them the plain way.

#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"
#include "isa.hpp"

namespace fedloom::test {

inline data::Table skewed_table(const std::vector<std::uint32_t>& sizes, std::size_t rows, std::uint64_t seed = 1) {
  std::vector<schema::Domain::Axis> axes;
  for (std::size_t k = 0; k < sizes.size(); ++k) axes.push_back({"c" + std::to_string(k), sizes[k]});
  data::Table table{schema::Domain(axes)};
  PublicStream stream(seed, "test table");
  std::vector<std::uint32_t> codes(sizes.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      const double u = stream.uniform();
      codes[k] = static_cast<std::uint32_t>(u * u * sizes[k]);
    }
    table.append(codes);
  }
  return table;
}

/// Columns of every sort: of two and of many values, even and skewed, and some that nearly always have one value.
inline data::Table mixed_table(std::size_t rows) {
  const std::vector<std::uint32_t> sizes{2, 3, 4, 9, 30, 32, 40, 200, 300, 2'000, 7, 150, 500};
  constexpr std::size_t mostly_common = 9;  // from this column on
  std::vector<schema::Domain::Axis> axes;
  for (std::size_t k = 0; k < sizes.size(); ++k) axes.push_back({"c" + std::to_string(k), sizes[k]});
  data::Table table{schema::Domain(axes)};
  PublicStream stream(3, "mixed table");
  std::vector<std::uint32_t> codes(sizes.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < sizes.size(); ++k) {
      const bool common = k >= mostly_common && stream.below(50) != 0;
      codes[k] = common ? sizes[k] / 2 : static_cast<std::uint32_t>(stream.below(sizes[k]));
    }
    table.append(codes);
  }
  return table;
}

/// The instruction sets that can be tried here.
inline std::vector<measure::Isa> isas_here() {
  std::vector<measure::Isa> isas{measure::Isa::portable};
  if (measure::best_isa() >= measure::Isa::avx2) isas.push_back(measure::Isa::avx2);
  if (measure::best_isa() >= measure::Isa::avx512) isas.push_back(measure::Isa::avx512);
  return isas;
}

inline std::uint32_t code_at(const data::Table& table, std::size_t attribute, std::size_t row) {
  return std::visit([&](const auto& codes) { return std::uint32_t{codes[row]}; }, table.column(attribute));
}

inline std::vector<std::int64_t> counted_plainly(const data::Table& table, const schema::Marginal& marginal) {
  std::vector<std::int64_t> histogram(marginal.cells(table.domain()), 0);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::size_t cell = 0;
    for (const auto attribute : marginal) cell = cell * table.domain().size(attribute) + code_at(table, attribute, row);
    ++histogram[cell];
  }
  return histogram;
}

inline std::vector<schema::Marginal> marginals_up_to(std::size_t dimensions, std::size_t degree) {
  std::vector<schema::Marginal> all;
  for (std::size_t k = 0; k <= degree; ++k)
    for (const auto& marginal : schema::all_marginals(dimensions, k)) all.push_back(marginal);
  return all;
}

}  // namespace fedloom::test
