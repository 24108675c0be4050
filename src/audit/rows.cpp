#include "rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fedloom::audit {

Rows::Rows(schema::Domain domain, std::vector<std::uint32_t> codes)
    : domain_(std::move(domain)), codes_(std::move(codes)) {}

Rows::Rows(const data::Table& table, std::size_t most, PublicStream& stream) : domain_(table.domain()) {
  std::vector<std::size_t> chosen(table.rows());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  const std::size_t count = std::min(most, chosen.size());
  for (std::size_t i = 0; i < count; ++i) std::swap(chosen[i], chosen[i + stream.below(chosen.size() - i)]);
  chosen.resize(count);
  std::sort(chosen.begin(), chosen.end());
  const std::size_t d = domain_.dimensions();
  codes_.resize(count * d);
  for (std::size_t a = 0; a < d; ++a) {
    std::visit(
        [&](const auto& column) {
          for (std::size_t i = 0; i < count; ++i) codes_[i * d + a] = column[chosen[i]];
        },
        table.column(a));
  }
}

Rows Rows::every_other(std::size_t first) const {
  std::vector<std::uint32_t> codes;
  for (std::size_t i = first; i < size(); i += 2) codes.insert(codes.end(), (*this)[i].begin(), (*this)[i].end());
  return {domain_, std::move(codes)};
}

std::uint32_t distance_to_nearest(std::span<const std::uint32_t> row, const Rows& among) {
  auto nearest = static_cast<std::uint32_t>(row.size());
  for (std::size_t i = 0; i < among.size() && nearest > 0; ++i) {
    const auto other = among[i];
    std::uint32_t distance = 0;
    for (std::size_t a = 0; a < row.size(); ++a) distance += row[a] != other[a];
    nearest = std::min(nearest, distance);
  }
  return nearest;
}

}  // namespace fedloom::audit
