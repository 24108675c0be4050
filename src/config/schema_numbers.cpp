// Columns of numbers: their bins.

#include <algorithm>
#include <cmath>

#include "fedloom/schema/number.hpp"
#include "schema_entry.hpp"
#include "text.hpp"

namespace fedloom::config {
namespace {

using schema::Binned;
using schema::Outside;

constexpr double most_bins = 1000000;
/// Cells of a private grid for each bin that is wanted: fine enough to place an edge, few enough to be told from noise.
constexpr std::uint64_t cells_a_private_bin = 16;

bool whole(double value) { return std::floor(value) == value && std::abs(value) <= 9007199254740992.0; }

std::vector<double> edges_by_width(const Entry& entry, double min, double max, bool integer) {
  const double width = entry.number("width");
  if (integer && !whole(width)) entry.fail("width", "'width' of an integer must be a whole number", "round it");
  // Integers min..max are max - min + 1 numbers. The tolerance keeps a rounding from adding a bin of no width.
  const double bins = std::ceil((max - min + (integer ? 1 : 0)) / width - 1e-9);
  if (!(bins <= most_bins)) entry.fail("width", "'width' makes more than 1000000 bins", "use a larger width");
  std::vector<double> edges;
  for (double i = 0; i < bins; ++i) edges.push_back(min + i * width);
  edges.push_back(max);
  return edges;
}

/// Each edge a fixed multiple of the one before; from 0 a first bin reaches to `smallest`.
std::vector<double> log_edges(const Entry& entry, double min, double max, std::uint64_t bins, bool integer) {
  if (min < 0) entry.fail("min", "a logarithmic scale has no numbers below 0", "use min: 0 or above, or no scale");
  if (min == 0 && !entry.has("smallest")) {
    entry.fail("scale", "a logarithmic scale from 0 on needs 'smallest', where the first bin above 0 begins",
               "add smallest: 1, or what is the smallest amount that means something");
  }
  const double first = min == 0 ? entry.number("smallest") : min;
  if (!(first < max) || (integer && !whole(first))) {
    entry.fail("smallest", "'smallest' must be below max, and whole for an integer", "correct it");
  }
  std::vector<double> edges;
  if (min == 0) edges.push_back(0);
  for (std::uint64_t i = 0; i < bins; ++i) {
    const double edge = first * std::pow(max / first, static_cast<double>(i) / static_cast<double>(bins));
    const double placed = integer ? std::round(edge) : edge;
    if (edges.empty() || placed > edges.back()) edges.push_back(placed);
  }
  edges.push_back(max);
  return edges;
}

std::vector<double> listed_edges(const Entry& entry, bool integer) {
  const nlohmann::json& list = entry.value["edges"];
  std::vector<double> edges;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = entry.to("edges") + "/" + std::to_string(i);
    if (!list[i].is_number()) {
      entry.document.fail(at,
                          "item " + std::to_string(i + 1) + " of 'edges' must be a number, not '" +
                              clipped(list[i].get<std::string>()) + "'",
                          "correct it");
    }
    edges.push_back(list[i].get<double>());
    if (integer && !whole(edges[i])) entry.document.fail(at, "edges of an integer must be whole numbers", "round it");
    const bool last_of_one_number = integer && i + 1 == list.size() && i > 1;
    if (i == 0 || edges[i] > edges[i - 1] || (last_of_one_number && edges[i] == edges[i - 1])) continue;
    entry.document.fail(at, "'edges' must ascend", "sort them and remove repeats");
  }
  return edges;
}

struct Range {
  double min = 0, max = 0;
};

/// Numbers that a part of a date can be.
Range range_of(const Entry& entry) {
  const std::string part = entry.text("part");
  if (part == "quarter") return {1, 4};
  if (part == "month") return {1, 12};
  if (part == "week") return {1, 53};
  if (part == "day") return {1, 31};
  if (part == "weekday") return {1, 7};
  return {0, 23};
}

Range bounds(const Entry& entry, bool integer) {
  const bool known = entry.has("part") && entry.text("part") != "year";
  Range range;
  if (known) range = range_of(entry);
  for (const char* key : {"min", "max"}) {
    if (known && !entry.has(key)) continue;
    entry.require(key, "give its bounds from public knowledge: min and max");
    if (integer && !whole(entry.number(key))) {
      entry.fail(key, std::string("'") + key + "' of an integer must be a whole number", "round it");
    }
    (key == std::string("min") ? range.min : range.max) = entry.number(key);
  }
  if (!(range.min < range.max)) entry.fail("max", "'max' must be above 'min'", "correct the bounds");
  return range;
}

/// Whether the keys that make bins are there, as they may be.
void check_ways(const Entry& entry) {
  const bool private_bins = entry.has("bins") && entry.value["bins"].is_object();
  const int ways = entry.has("width") + entry.has("edges") + (entry.has("bins") && !private_bins);
  const bool by_part = entry.has("part") && ways == 0;
  if (ways == 1 || (ways == 0 && private_bins) || by_part) return;
  const char* at = entry.has("edges") ? "edges" : entry.has("width") ? "width" : "type";
  entry.fail(at, "the column '" + clipped(entry.name) + "' needs exactly one of bins, width and edges",
             "give min and max with bins or width, or edges alone");
}

}  // namespace

BinCount bin_count(const Entry& entry, double numbers) {
  const nlohmann::json& bins = entry.value["bins"];
  if (!bins.is_object()) return {bins.get<std::uint64_t>(), 0};
  if (!bins.contains("private")) entry.fail("bins", "'bins' lacks 'private', the number of bins", "add private: 16");
  const auto wanted = bins["private"].get<std::uint64_t>();
  if (numbers <= static_cast<double>(wanted)) return {static_cast<std::uint64_t>(numbers), 0};
  std::uint64_t grid = bins.value("grid", wanted * cells_a_private_bin);
  if (grid <= wanted) entry.document.fail(entry.to("bins/grid"), "'grid' must be above 'private'", "leave it out");
  if (numbers < static_cast<double>(grid)) grid = static_cast<std::uint64_t>(numbers);
  return {grid, static_cast<std::uint32_t>(wanted)};
}

std::vector<double> equal_edges(std::uint64_t bins, double min, double max, bool integer) {
  std::vector<double> edges;
  for (std::uint64_t i = 0; i < bins; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(bins);
    edges.push_back(integer ? min + std::floor(share * (max - min + 1)) : min + share * (max - min));
  }
  edges.push_back(max);
  return edges;
}

Binned numbers_of(const Entry& entry, const schema::Origin& origin) {
  std::vector<std::string> keys{"type",    "min",     "max",      "bins",  "width",  "edges", "scale", "smallest",
                                "outside", "missing", column_key, "since", "derive", "part",  "format"};
  if (entry.type == "real") keys.erase(std::find(keys.begin(), keys.end(), "part"));
  entry.only(keys);
  Binned made;
  made.integer = entry.type == "integer";
  made.outside = outside_of(entry, Outside::clip);
  if (made.outside == Outside::other) entry.fail("outside", "numbers have no 'other'", "use refuse or clip");
  check_ways(entry);
  const bool log = entry.text("scale") == "log";
  if (entry.has("smallest") && !log) entry.fail("smallest", "'smallest' needs scale: log", "add it, or remove this");
  if (log && !entry.has("bins")) entry.fail("scale", "'scale' needs bins", "give bins: 20, or remove it");
  if (entry.has("edges")) {
    for (const char* key : {"min", "max"}) {
      if (entry.has(key)) entry.fail(key, std::string("'") + key + "' and 'edges' do not go together", "remove one");
    }
    if (log) entry.fail("scale", "'scale' and 'edges' do not go together", "remove one");
    made.edges = listed_edges(entry, made.integer);
    if (entry.has("bins"))
      made.private_bins = bin_count(entry, static_cast<double>(made.edges.size() - 1)).private_bins;
    return made;
  }
  const auto [min, max] = bounds(entry, made.integer);
  if (entry.has("width")) {
    made.edges = edges_by_width(entry, min, max, made.integer);
    if (entry.has("bins"))
      made.private_bins = bin_count(entry, static_cast<double>(made.edges.size() - 1)).private_bins;
    return made;
  }
  const double numbers = made.integer ? max - min + 1 : most_bins;
  if (origin.kind == schema::Origin::Kind::part && !entry.has("bins")) {
    made.edges = equal_edges(static_cast<std::uint64_t>(numbers), min, max, true);
    return made;
  }
  const BinCount count = bin_count(entry, numbers);
  if (made.integer && !log && static_cast<double>(count.bins) > numbers) {
    entry.fail("bins", "there are more bins than whole numbers from min to max",
               "use bins: " + schema::shortest(numbers));
  }
  made.private_bins = count.private_bins;
  made.edges =
      log ? log_edges(entry, min, max, count.bins, made.integer) : equal_edges(count.bins, min, max, made.integer);
  if (made.edges.size() - 1 <= made.private_bins) made.private_bins = 0;
  return made;
}

}  // namespace fedloom::config
