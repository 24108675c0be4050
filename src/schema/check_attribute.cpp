#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <unordered_map>
#include <unordered_set>

#include "lookup.hpp"

namespace fedloom::schema {
namespace {

constexpr double largest_whole = 9007199254740992.0;  // 2^53: beyond it not every whole number is a double
// Seconds from 1970 to the beginning of the years 1 and 10000.
constexpr double first_moment = -62135596800.0, last_moment = 253402300800.0;
constexpr std::size_t most_values = 1u << 24;

[[noreturn]] void refuse(const Attribute& attribute, const std::string& what) {
  throw std::invalid_argument("the attribute '" + attribute.name + "' " + what);
}

/// Each child once, and no way up that comes back.
void check(const Attribute& attribute, const Hierarchy& hierarchy) {
  std::unordered_map<std::string_view, std::string_view> parents;
  for (const auto& [child, parent] : hierarchy.parents) {
    if (!parents.emplace(child, parent).second) refuse(attribute, "gives the code '" + child + "' two parents");
  }
  std::unordered_set<std::string_view> sound;
  for (const auto& edge : hierarchy.parents) {
    std::string_view at = edge.first;
    std::unordered_set<std::string_view> on_way;
    while (!sound.contains(at) && parents.contains(at)) {
      if (!on_way.insert(at).second) refuse(attribute, "has a tree in which '" + std::string(at) + "' is above itself");
      at = parents.at(at);
    }
    sound.insert(on_way.begin(), on_way.end());
  }
}

void check(const Attribute& attribute, const Categorical& categorical) {
  check(attribute, categorical.hierarchy);
  // With `other` no value need be listed: free text, of which only counts whether there is any.
  if (categorical.values.empty() && categorical.outside != Outside::other) refuse(attribute, "lists no values");
  if (categorical.values.size() > most_values) refuse(attribute, "lists more than 2^24 values");
  if (categorical.outside == Outside::clip) refuse(attribute, "is categorical and cannot clip: use refuse or other");
  std::unordered_set<std::string_view> seen;
  for (const std::string& value : categorical.values) {
    if (!seen.insert(value).second) refuse(attribute, "lists the value '" + value + "' twice");
  }
  if (categorical.outside == Outside::other && seen.contains(categorical.other_label)) {
    refuse(attribute, "lists the value '" + categorical.other_label + "', which is also the label of its other values");
  }
  if (!attribute.missing) return;
  for (const std::string& token : attribute.missing_tokens) {
    if (seen.contains(token)) refuse(attribute, "lists '" + token + "' as a value and as missing");
    if (categorical.outside == Outside::other && token == categorical.other_label) {
      refuse(attribute, "uses '" + token + "' as missing and as the label of its other values");
    }
  }
}

/// What lies between two edges is cut off to the format's grain, and must not fall out of its bin.
void check_calendar(const Attribute& attribute, const Binned& binned) {
  const bool with_time = binned.calendar == Calendar::datetime;
  if (!binned.integer) refuse(attribute, "is a date and must have whole edges");
  if (const std::string fault = fault_of(binned.format, with_time); !fault.empty()) {
    refuse(attribute, "cannot be written: " + fault);
  }
  // A format writes the whole date in four and two digits, so the time of day alone decides whether it holds a moment.
  std::vector<bool> held(with_time ? static_cast<std::size_t>(seconds_a_day) : 0);
  for (const double edge : binned.edges) {
    const double seconds = with_time ? edge : edge * static_cast<double>(seconds_a_day);
    if (!(seconds >= first_moment && seconds < last_moment)) {
      refuse(attribute, "has a date before the year 1 or after 9999");
    }
    if (!with_time) continue;
    const auto moment = static_cast<std::int64_t>(edge);
    const auto time = static_cast<std::size_t>(moment - day_of(moment) * seconds_a_day);
    if (held[time]) continue;
    if (parse_moment(print_moment(moment, binned.format), binned.format) != moment) {
      refuse(attribute, "has a bin edge that its format cannot write");
    }
    held[time] = true;
  }
}

void check(const Attribute& attribute, const Binned& binned) {
  const std::vector<double>& edges = binned.edges;
  if (edges.size() < 2) refuse(attribute, "needs at least two bin edges");
  if (edges.size() > most_values) refuse(attribute, "has more than 2^24 bins");
  if (binned.outside == Outside::other) refuse(attribute, "is a number and has no other: use refuse or clip");
  if (binned.calendar != Calendar::none) check_calendar(attribute, binned);
  if (!std::isfinite(edges.back() - edges.front())) refuse(attribute, "has bin edges too far apart");
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!std::isfinite(edges[i])) refuse(attribute, "has a bin edge that is not a finite number");
    if (binned.integer && (std::floor(edges[i]) != edges[i] || std::abs(edges[i]) > largest_whole)) {
      refuse(attribute, "is an integer and has a bin edge that is not a whole number within ±2^53");
    }
    const bool last_of_one_number = binned.integer && i + 1 == edges.size();
    if (i > 0 && !(edges[i] > edges[i - 1]) && !(last_of_one_number && edges[i] == edges[i - 1])) {
      refuse(attribute, "has bin edges that do not ascend");
    }
  }
}

void check(const Attribute& attribute, const Coded& coded) {
  if (coded.size == 0) refuse(attribute, "has size 0");
  if (coded.size > most_values) refuse(attribute, "has more than 2^24 codes");
  if (coded.outside == Outside::other) refuse(attribute, "is coded and has no other: use refuse or clip");
}

void check(const Attribute& attribute, const Origin& origin) {
  using Kind = Origin::Kind;
  const std::size_t columns = origin.columns.size();
  const bool two = origin.kind == Kind::difference || origin.kind == Kind::ratio;
  const bool fits = two ? columns == 2 : origin.kind == Kind::sum ? columns >= 2 : columns <= 1;
  if (!fits) refuse(attribute, "is made of a number of columns that its rule does not take");
  for (const std::string& column : origin.columns) {
    if (column.empty()) refuse(attribute, "is made of a column without a name");
  }
  if (origin.kind == Kind::cell) return;
  const auto* binned = std::get_if<Binned>(&attribute.type);
  if (std::holds_alternative<Categorical>(attribute.type) ||
      (binned != nullptr && binned->calendar != Calendar::none)) {
    refuse(attribute, "is computed and must be a number");
  }
  if (const std::string fault = fault_of(origin.format, false); !fault.empty())
    refuse(attribute, "reads dates: " + fault);
}

}  // namespace

void check_attribute(const Attribute& attribute) {
  if (attribute.name.empty()) throw std::invalid_argument("an attribute has no name");
  if (attribute.missing) {
    std::vector<std::string> tokens = attribute.missing_tokens;
    std::sort(tokens.begin(), tokens.end());
    if (tokens.empty()) refuse(attribute, "allows missing values and lists no text that means missing");
    if (std::adjacent_find(tokens.begin(), tokens.end()) != tokens.end()) {
      refuse(attribute, "lists a text that means missing twice");
    }
  }
  std::visit([&](const auto& type) { check(attribute, type); }, attribute.type);
  check(attribute, attribute.origin);
}

}  // namespace fedloom::schema
