#include <cmath>
#include <stdexcept>
#include <unordered_set>

#include "document.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/number.hpp"
#include "text.hpp"

namespace fedloom::config {
namespace {

using nlohmann::json;
using schema::Attribute;
using schema::Binned;
using schema::Categorical;
using schema::Coded;
using schema::Outside;

constexpr std::size_t most_bins = 1000000;

/// One entry of `attributes`.
struct Entry {
  const Document& document;
  const json& value;
  std::string pointer;  ///< to the entry
  std::string name, type;

  std::string to(const char* key) const { return pointer + "/" + key; }
  [[noreturn]] void fail(const char* key, const std::string& what, const std::string& remedy) const {
    document.fail(to(key), what, remedy);
  }
  /// Refuses keys that mean nothing for this kind of column.
  void only(const std::vector<std::string>& keys) const {
    for (const auto& [key, part] : value.items()) {
      if (key == "name" || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      throw ConfigError(document.at_key(to(key.c_str())), "'" + key + "' means nothing for a column of " + type,
                        "remove it; what it may have: " + joined(keys));
    }
  }
  void require(const char* key, const std::string& remedy) const {
    if (!value.contains(key)) fail(key, "the column '" + clipped(name) + "' lacks '" + key + "'", remedy);
  }
  bool has(const char* key) const { return value.contains(key); }
  double number(const char* key) const { return value[key].get<double>(); }
};

Outside outside_of(const Entry& entry, Outside otherwise) {
  const std::string text = entry.value.value("outside", "");
  if (text.empty()) return otherwise;
  return text == "other" ? Outside::other : text == "clip" ? Outside::clip : Outside::refuse;
}

Categorical categorical(const Entry& entry) {
  entry.only({"type", "values", "outside", "other_label", "missing"});
  entry.require("values", "list its categories: values: [a, b, …]");
  Categorical made;
  made.values = entry.value["values"].get<std::vector<std::string>>();
  made.outside = outside_of(entry, Outside::refuse);
  if (made.values.empty() && made.outside != Outside::other) {
    entry.fail("values", "'values' lists nothing", "list its categories, or add outside: other for free text");
  }
  if (made.outside == Outside::clip) entry.fail("outside", "categories cannot be clipped", "use refuse or other");
  if (entry.has("other_label") && made.outside != Outside::other) {
    entry.fail("other_label", "'other_label' needs outside: other", "add outside: other, or remove it");
  }
  made.other_label = entry.value.value("other_label", made.other_label);
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    if (seen.insert(made.values[i]).second) continue;
    entry.document.fail(entry.to("values") + "/" + std::to_string(i),
                        "'values' lists '" + clipped(made.values[i]) + "' twice", "remove one of them");
  }
  return made;
}

bool whole(double value) { return std::floor(value) == value && std::abs(value) <= 9007199254740992.0; }

std::vector<double> edges_by_count(const Entry& entry, double min, double max, bool integer) {
  const auto bins = entry.value["bins"].get<std::uint64_t>();
  const double numbers = max - min + 1;
  if (integer && static_cast<double>(bins) > numbers) {
    entry.fail("bins", "there are more bins than whole numbers from min to max",
               "use bins: " + schema::shortest(numbers));
  }
  std::vector<double> edges;
  for (std::uint64_t i = 0; i < bins; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(bins);
    edges.push_back(integer ? min + std::floor(share * numbers) : min + share * (max - min));
  }
  edges.push_back(max);
  return edges;
}

std::vector<double> edges_by_width(const Entry& entry, double min, double max, bool integer) {
  const double width = entry.number("width");
  if (integer && !whole(width)) entry.fail("width", "'width' of an integer must be a whole number", "round it");
  // Integers min..max are max - min + 1 numbers. The tolerance keeps a rounding from adding a bin of no width.
  const double bins = std::ceil((max - min + (integer ? 1 : 0)) / width - 1e-9);
  if (!(bins <= static_cast<double>(most_bins))) {
    entry.fail("width", "'width' makes more than 1000000 bins", "use a larger width");
  }
  std::vector<double> edges;
  for (double i = 0; i < bins; ++i) edges.push_back(min + i * width);
  edges.push_back(max);
  return edges;
}

std::vector<double> listed_edges(const Entry& entry, bool integer) {
  const auto edges = entry.value["edges"].get<std::vector<double>>();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const std::string at = entry.to("edges") + "/" + std::to_string(i);
    if (integer && !whole(edges[i])) entry.document.fail(at, "edges of an integer must be whole numbers", "round it");
    const bool last_of_one_number = integer && i + 1 == edges.size() && i > 1;
    if (i == 0 || edges[i] > edges[i - 1] || (last_of_one_number && edges[i] == edges[i - 1])) continue;
    entry.document.fail(at, "'edges' must ascend", "sort them and remove repeats");
  }
  return edges;
}

Binned binned(const Entry& entry) {
  entry.only({"type", "min", "max", "bins", "width", "edges", "outside", "missing"});
  Binned made;
  made.integer = entry.type == "integer";
  made.outside = outside_of(entry, Outside::clip);
  if (made.outside == Outside::other) entry.fail("outside", "numbers have no 'other'", "use refuse or clip");
  const int ways = entry.has("bins") + entry.has("width") + entry.has("edges");
  if (ways != 1) {
    const char* at = entry.has("edges") ? "edges" : entry.has("width") ? "width" : "type";
    entry.fail(at, "the column '" + clipped(entry.name) + "' needs exactly one of bins, width and edges",
               "give min and max with bins or width, or edges alone");
  }
  if (entry.has("edges")) {
    for (const char* key : {"min", "max"}) {
      if (entry.has(key)) entry.fail(key, std::string("'") + key + "' and 'edges' do not go together", "remove one");
    }
    made.edges = listed_edges(entry, made.integer);
    return made;
  }
  for (const char* key : {"min", "max"}) {
    entry.require(key, "give its bounds from public knowledge: min and max");
    if (made.integer && !whole(entry.number(key))) {
      entry.fail(key, std::string("'") + key + "' of an integer must be a whole number", "round it");
    }
  }
  const double min = entry.number("min"), max = entry.number("max");
  if (!(min < max)) entry.fail("max", "'max' must be above 'min'", "correct the bounds");
  made.edges =
      entry.has("bins") ? edges_by_count(entry, min, max, made.integer) : edges_by_width(entry, min, max, made.integer);
  return made;
}

Coded coded(const Entry& entry) {
  entry.only({"type", "size", "outside", "missing"});
  entry.require("size", "give the number of codes: size: 4 for codes 0 to 3");
  Coded made;
  made.size = entry.value["size"].get<std::uint32_t>();
  made.outside = outside_of(entry, Outside::refuse);
  if (made.outside == Outside::other) entry.fail("outside", "codes have no 'other'", "use refuse or clip");
  return made;
}

Attribute attribute(const Entry& entry) {
  Attribute made;
  made.name = entry.name;
  if (entry.type == "categorical") made.type = categorical(entry);
  if (entry.type == "integer" || entry.type == "real") made.type = binned(entry);
  if (entry.type == "coded") made.type = coded(entry);
  if (entry.has("missing")) {
    const json& missing = entry.value["missing"];
    made.missing = missing.is_array() || missing.get<bool>();
    if (missing.is_array()) made.missing_tokens = missing.get<std::vector<std::string>>();
  }
  try {
    schema::Schema({made}, {});
  } catch (const std::invalid_argument& error) {
    entry.document.fail(entry.pointer, error.what(), "correct it");
  }
  return made;
}

}  // namespace

schema::Schema load_schema(const std::filesystem::path& file) {
  const Document document(file, "schema");
  std::vector<Attribute> attributes;
  std::vector<std::string> ids;
  std::unordered_set<std::string> names;
  const json& list = document.value()["attributes"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    Entry entry{document, list[i], "/attributes/" + std::to_string(i), list[i]["name"], list[i].value("type", "")};
    if (!names.insert(entry.name).second) {
      entry.fail("name", "there are two columns '" + clipped(entry.name) + "'", "remove or rename one of them");
    }
    if (entry.has("role")) {
      entry.type = "role id";
      entry.only({"role"});
      ids.push_back(entry.name);
      continue;
    }
    entry.require("type", "add type: categorical, integer, real or coded");
    attributes.push_back(attribute(entry));
  }
  if (attributes.empty()) document.fail("/attributes", "all columns are ids: nothing is left", "describe a column");
  try {
    return schema::Schema(std::move(attributes), std::move(ids));
  } catch (const std::invalid_argument& error) {
    document.fail("/attributes", error.what(), "use fewer or coarser columns");
  }
}

}  // namespace fedloom::config
