#include "number_system.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace fedloom::schema {
namespace {

constexpr double kLargest = 4503599627370496.0;  // 2^52: sums of 64 of them fit, and each is exact as a double
constexpr double kNearlyWhole = 1e-6;
constexpr int kMostDecimals = 9;

[[noreturn]] void refuse(const Attribute& attribute, const std::string& what) {
  throw std::invalid_argument("the attribute '" + attribute.name + "' " + what);
}

bool whole(const Attribute& attribute) {
  const auto* binned = std::get_if<Binned>(&attribute.type);
  return binned == nullptr || binned->integer;
}

/// Decimals that give the narrowest bin a thousand places.
int decimals_of(const Attribute& attribute) {
  if (whole(attribute)) return 0;
  const std::vector<double>& edges = std::get<Binned>(attribute.type).edges;
  double narrowest = edges[1] - edges[0], largest = std::max(std::abs(edges.front()), std::abs(edges.back()));
  for (std::size_t i = 1; i < edges.size(); ++i) narrowest = std::min(narrowest, edges[i] - edges[i - 1]);
  int decimals = static_cast<int>(std::clamp(std::ceil(3 - std::log10(narrowest)), 0.0, double{kMostDecimals}));
  while (decimals > 0 && largest * std::pow(10.0, decimals) > kLargest) --decimals;
  return decimals;
}

std::int64_t up(double value) {
  const double near = std::nearbyint(value);
  return static_cast<std::int64_t>(std::abs(value - near) < kNearlyWhole ? near : std::ceil(value));
}
std::int64_t down(double value) {
  const double near = std::nearbyint(value);
  return static_cast<std::int64_t>(std::abs(value - near) < kNearlyWhole ? near : std::floor(value));
}

std::int64_t multiple_at_least(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = ((value % step) + step) % step;
  return rest == 0 ? value : value + step - rest;
}
std::int64_t multiple_at_most(std::int64_t value, std::int64_t step) { return value - ((value % step) + step) % step; }

std::int64_t pick(std::int64_t low, std::int64_t high, std::int64_t step, PublicStream& stream) {
  const auto count = static_cast<std::uint64_t>((high - low) / step) + 1;
  return low + step * static_cast<std::int64_t>(stream.below(count));
}

}  // namespace

NumberSystem::NumberSystem(const std::vector<Attribute>& attributes, const std::vector<Less>& inequalities,
                           std::size_t first)
    : first_(first), sum_(false) {
  std::vector<std::uint32_t> members, order;
  for (const Less& less : inequalities) {
    for (const std::uint32_t attribute : {less.low, less.high}) {
      if (std::find(members.begin(), members.end(), attribute) == members.end()) members.push_back(attribute);
    }
  }
  // An attribute follows once nothing that is left is below it.
  while (!members.empty()) {
    const auto lowest = std::find_if(members.begin(), members.end(), [&](std::uint32_t a) {
      return std::none_of(inequalities.begin(), inequalities.end(), [&](const Less& less) {
        return less.high == a && std::find(members.begin(), members.end(), less.low) != members.end();
      });
    });
    if (lowest == members.end()) {
      refuse(attributes[members.front()], "is below itself: its inequalities form a circle");
    }
    order.push_back(*lowest);
    members.erase(lowest);
  }
  add_columns(attributes, order);
  for (const Less& less : inequalities) {
    edges_.push_back({column_of(less.low), column_of(less.high), less.strict ? 1 : 0});
  }
  std::stable_sort(edges_.begin(), edges_.end(), [](const Edge& a, const Edge& b) { return a.low > b.low; });
}

NumberSystem::NumberSystem(const std::vector<Attribute>& attributes, const Sum& sum, std::size_t first)
    : first_(first), sum_(true) {
  for (const std::uint32_t part : sum.parts) {
    if (whole(attributes[part]) != whole(attributes[sum.total])) {
      refuse(attributes[part], "is part of a sum of whole and other numbers");
    }
  }
  std::vector<std::uint32_t> members = sum.parts;
  members.push_back(sum.total);
  add_columns(attributes, members);
}

void NumberSystem::add_columns(const std::vector<Attribute>& attributes, const std::vector<std::uint32_t>& members) {
  if (members.size() > most_columns) throw std::invalid_argument("more than 64 columns are tied by numbers");
  int decimals = 0;
  for (const std::uint32_t member : members) decimals = std::max(decimals, decimals_of(attributes[member]));
  units_per_one_ = std::pow(10.0, decimals);
  for (const std::uint32_t member : members) {
    const Attribute& attribute = attributes[member];
    Column column{member, whole(attribute) ? static_cast<std::int64_t>(units_per_one_) : 1, {}};
    if (const auto* coded = std::get_if<Coded>(&attribute.type)) {
      for (std::int64_t code = 0; code < coded->size; ++code) {
        column.ranges.push_back({code * column.step, code * column.step});
      }
    } else if (const auto* binned = std::get_if<Binned>(&attribute.type)) {
      const std::vector<double>& edges = binned->edges;
      if (std::max(std::abs(edges.front()), std::abs(edges.back())) * units_per_one_ > kLargest) {
        refuse(attribute, "has numbers too far out to be compared or added exactly");
      }
      for (std::size_t bin = 0; bin + 1 < edges.size(); ++bin) {
        const bool last = bin + 2 == edges.size();
        const double end = edges[bin + 1] * units_per_one_;
        const Range range{up(edges[bin] * units_per_one_), last ? down(end) : up(end) - column.step};
        if (range.low > range.high) refuse(attribute, "has a bin too narrow to place numbers in");
        column.ranges.push_back(range);
      }
    } else {
      refuse(attribute, "has no numbers to compare or add");
    }
    columns_.push_back(std::move(column));
  }
}

bool NumberSystem::has(std::uint32_t attribute) const {
  return std::any_of(columns_.begin(), columns_.end(), [&](const Column& c) { return c.attribute == attribute; });
}

std::vector<std::uint32_t> NumberSystem::attributes() const {
  std::vector<std::uint32_t> out;
  for (const Column& column : columns_) out.push_back(column.attribute);
  return out;
}

std::size_t NumberSystem::column_of(std::uint32_t attribute) const {
  const auto same = [&](const Column& column) { return column.attribute == attribute; };
  return static_cast<std::size_t>(std::find_if(columns_.begin(), columns_.end(), same) - columns_.begin());
}

std::optional<NumberSystem::Range> NumberSystem::range(const Column& column, std::span<const std::uint32_t> row) const {
  const std::uint32_t code = row[column.attribute];
  if (code >= column.ranges.size()) return std::nullopt;  // unset or missing
  return column.ranges[code];
}

bool NumberSystem::all_there(std::span<const std::uint32_t> row) const {
  return std::all_of(columns_.begin(), columns_.end(), [&](const Column& c) { return range(c, row).has_value(); });
}

// Everything at its upper bound keeps every inequality, so a solution is there just when each upper bound is in its
// bin. From high to low, so that a column's bound is final when those below it take it.
bool NumberSystem::upper_bounds(std::span<const std::uint32_t> row, std::vector<std::optional<Range>>& ranges) const {
  ranges.clear();
  for (const Column& column : columns_) {
    ranges.push_back(range(column, row));
    if (ranges.back()) ranges.back()->high = multiple_at_most(ranges.back()->high, column.step);
  }
  for (const Edge& edge : edges_) {
    if (!ranges[edge.low] || !ranges[edge.high]) continue;
    const std::int64_t most = multiple_at_most(ranges[edge.high]->high - edge.gap, columns_[edge.low].step);
    ranges[edge.low]->high = std::min(ranges[edge.low]->high, most);
  }
  return std::all_of(ranges.begin(), ranges.end(), [](const auto& r) { return !r || r->low <= r->high; });
}

bool NumberSystem::possible(std::span<const std::uint32_t> row) const {
  if (!sum_) {
    if (edges_.size() == 1) return possible(edges_.front(), row);
    std::vector<std::optional<Range>> ranges;
    return upper_bounds(row, ranges);
  }
  if (!all_there(row)) return true;
  std::int64_t low = 0, high = 0;
  for (std::size_t k = 0; k + 1 < columns_.size(); ++k) {
    low += range(columns_[k], row)->low;
    high += range(columns_[k], row)->high;
  }
  const Range total = *range(columns_.back(), row);
  return low <= total.high && total.low <= high;
}

bool NumberSystem::possible(const Edge& edge, std::span<const std::uint32_t> row) const {
  const Column &below = columns_[edge.low], &above = columns_[edge.high];
  const auto low = range(below, row), high = range(above, row);
  return !low || !high || multiple_at_least(low->low + edge.gap, above.step) <= high->high;
}

bool NumberSystem::possible(const Less& inequality, std::span<const std::uint32_t> row) const {
  return possible(Edge{column_of(inequality.low), column_of(inequality.high), inequality.strict ? 1 : 0}, row);
}

bool NumberSystem::kept(std::span<const double> numbers) const {
  const auto number = [&](std::size_t k) { return numbers[columns_[k].attribute]; };
  if (!sum_) {
    return std::none_of(edges_.begin(), edges_.end(), [&](const Edge& edge) {
      return edge.gap > 0 ? number(edge.low) >= number(edge.high) : number(edge.low) > number(edge.high);
    });
  }
  std::int64_t left = 0;
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    if (std::isnan(number(k))) return true;
    const double units = number(k) * units_per_one_, whole_units = std::nearbyint(units);
    if (!(std::abs(units - whole_units) < kNearlyWhole) || std::abs(units) > kLargest) return false;
    left += (k + 1 < columns_.size() ? 1 : -1) * static_cast<std::int64_t>(whole_units);
  }
  return left == 0;
}

void NumberSystem::place_sum(std::span<const std::uint32_t> row, PublicStream& stream,
                             std::vector<std::int64_t>& values) const {
  Range rest;
  for (std::size_t k = 0; k + 1 < columns_.size(); ++k) {
    rest.low += range(columns_[k], row)->low;
    rest.high += range(columns_[k], row)->high;
  }
  const Range total = *range(columns_.back(), row);
  std::int64_t left = pick(std::max(rest.low, total.low), std::min(rest.high, total.high), 1, stream);
  values.back() = left;
  // Each part leaves to the later ones what they can still make up.
  for (std::size_t k = 0; k + 1 < columns_.size(); ++k) {
    const Range own = *range(columns_[k], row);
    rest.low -= own.low;
    rest.high -= own.high;
    values[k] = pick(std::max(own.low, left - rest.high), std::min(own.high, left - rest.low), 1, stream);
    left -= values[k];
  }
}

void NumberSystem::place(std::span<const std::uint32_t> row, PublicStream& stream,
                         std::vector<Constraints::Placed>& out) const {
  std::vector<std::optional<Range>> ranges;
  std::vector<std::int64_t> values(columns_.size());
  if (sum_) {
    if (!all_there(row)) return;
    ranges.assign(columns_.size(), Range{});
    place_sum(row, stream, values);
  } else {
    upper_bounds(row, ranges);
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (!ranges[k]) continue;
      std::int64_t low = ranges[k]->low;
      for (const Edge& edge : edges_) {
        if (edge.high == k && ranges[edge.low]) low = std::max(low, values[edge.low] + edge.gap);
      }
      values[k] = pick(multiple_at_least(low, columns_[k].step), ranges[k]->high, columns_[k].step, stream);
    }
  }
  for (std::size_t k = 0; k < columns_.size(); ++k) {
    if (ranges[k]) out.push_back({columns_[k].attribute, static_cast<double>(values[k]) / units_per_one_});
  }
}

}  // namespace fedloom::schema
