#include "validity.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace fedloom::evaluate {
namespace {

using schema::Constraint;
using Numbers = std::vector<std::vector<double>>;

/// Sums are compared after as many roundings as they have parts.
constexpr double rounding = 1e-9;

bool breaks(const schema::Less& less, const Numbers& numbers, std::size_t row) {
  const double low = numbers[less.low][row], high = numbers[less.high][row];
  return less.strict ? low >= high : low > high;  // false where one is missing (NaN)
}

bool breaks(const schema::Sum& sum, const Numbers& numbers, std::size_t row) {
  double parts = 0, size = std::abs(numbers[sum.total][row]);
  for (const auto part : sum.parts) {
    parts += numbers[part][row];
    size += std::abs(numbers[part][row]);
  }
  return std::abs(parts - numbers[sum.total][row]) > rounding * size;
}

bool breaks(const schema::Never&, const Numbers&, std::size_t) { return false; }
bool breaks(const schema::Determines&, const Numbers&, std::size_t) { return false; }

bool all_numbers(const Constraint& constraint, const Numbers& numbers) {
  const auto attributes = constraint.attributes();
  return std::all_of(attributes.begin(), attributes.end(),
                     [&](auto i) { return i < numbers.size() && !numbers[i].empty(); });
}

}  // namespace

std::vector<std::size_t> broken_rows(const Rows& rows, const schema::Schema& schema) {
  const auto& constraints = schema.constraints().list();
  std::vector<std::vector<std::uint32_t>> columns;
  for (std::size_t i = 0; i < schema.attributes().size(); ++i) columns.push_back(codes_of(rows.codes, i));
  std::vector<std::size_t> broken(constraints.size(), 0);
  std::vector<std::uint32_t> codes(columns.size());
  for (std::size_t row = 0; row < rows.codes.rows(); ++row) {
    for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = columns[i][row];
    const auto by_codes = schema.constraints().violations(codes);
    for (std::size_t k = 0; k < constraints.size(); ++k) {
      const bool by_numbers =
          all_numbers(constraints[k], rows.numbers) &&
          std::visit([&](const auto& rule) { return breaks(rule, rows.numbers, row); }, constraints[k].rule);
      broken[k] += by_numbers || std::find(by_codes.begin(), by_codes.end(), k) != by_codes.end();
    }
  }
  return broken;
}

}  // namespace fedloom::evaluate
