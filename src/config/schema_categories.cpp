// Columns of categories and codes, with or without a hierarchy.

#include <fstream>
#include <unordered_set>

#include "fedloom/schema/csv.hpp"
#include "schema_entry.hpp"
#include "text.hpp"

namespace fedloom::config {
namespace {

using schema::Categorical;
using schema::Coded;
using schema::Outside;

constexpr const char* resolved_name = "config.resolved.yaml";

using Edges = std::vector<std::pair<std::string, std::string>>;

Edges tree_file(const Entry& entry) {
  if (entry.document.is_inside_another_file()) {
    entry.fail("tree", "the schema inside this file names a file of its own",
               "list the pairs: tree: [[child, parent]]");
  }
  // A run's public folder may be a stranger's. What a run leaves there has its trees in itself.
  if (std::filesystem::exists(entry.document.beside(resolved_name))) {
    entry.fail("tree", std::string("a schema beside a run's ") + resolved_name + " names a file of its own",
               "list the pairs: tree: [[child, parent]]");
  }
  const std::filesystem::path file = entry.document.beside(entry.text("tree"));
  std::ifstream stream(file, std::ios::binary);
  if (!stream) entry.fail("tree", "there is no file '" + clipped(entry.text("tree")) + "'", "check its path");
  schema::CsvReader reader(stream);
  std::vector<std::string> record;
  Edges edges;
  using Result = schema::CsvReader::Result;
  Result result = reader.next(record);
  const auto at = [&] { return FilePosition{file.string(), static_cast<int>(reader.line())}; };
  if (result != Result::record || record != std::vector<std::string>{"child", "parent"}) {
    throw ConfigError(at(), "the tree's first line is not 'child,parent'", "write one line child,parent for each code");
  }
  while ((result = reader.next(record)) == Result::record) {
    if (record.size() == 1 && record[0].empty()) continue;
    if (record.size() != 2 || record[0].empty()) {
      throw ConfigError(at(), "a line of the tree is not child,parent", "write two codes, with one comma between them");
    }
    // A root may have a line of its own.
    if (!record[1].empty()) edges.emplace_back(record[0], record[1]);
  }
  if (result != Result::end) throw ConfigError(at(), "the tree is no CSV file", "check its quotes");
  return edges;
}

Edges listed_tree(const Entry& entry) {
  Edges edges;
  const nlohmann::json& list = entry.value["tree"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i].size() != 2)
      entry.fail("tree/" + std::to_string(i), "a pair of 'tree' is not [child, parent]", "correct it");
    edges.emplace_back(list[i][0].get<std::string>(), list[i][1].get<std::string>());
  }
  return edges;
}

/// All codes of a tree, each once, in the order in which they appear.
std::vector<std::string> codes_in(const Edges& edges) {
  std::vector<std::string> codes;
  std::unordered_set<std::string_view> seen;
  const auto add = [&](const std::string& code) {
    if (seen.insert(code).second) codes.push_back(code);
  };
  for (const auto& [child, parent] : edges) {
    add(child);
    add(parent);
  }
  return codes;
}

void refuse_repeats(const Entry& entry, const Categorical& made) {
  std::unordered_set<std::string_view> seen;
  for (std::size_t i = 0; i < made.values.size(); ++i) {
    if (seen.insert(made.values[i]).second) continue;
    entry.fail("values/" + std::to_string(i), "'values' lists '" + clipped(made.values[i]) + "' twice",
               "remove one of them");
  }
}

void read_hierarchy(const Entry& entry, Categorical& made) {
  const bool prefix = entry.value.value("prefix", false);
  if (prefix == entry.has("tree")) {
    entry.fail(prefix ? "prefix" : "type",
               "the column '" + clipped(entry.name) + "' needs either 'tree' or prefix: true",
               "name a file of child,parent, or let a code fall back to its own beginning");
  }
  made.hierarchy.by_prefix = prefix;
  if (entry.has("tree"))
    made.hierarchy.parents = entry.value["tree"].is_string() ? tree_file(entry) : listed_tree(entry);
  if (!entry.has("values")) {
    if (prefix) entry.require("values", "list the codes that stand for themselves: values: [I21, I21.4, …]");
    made.values = codes_in(made.hierarchy.parents);
  }
}

}  // namespace

Categorical categorical_of(const Entry& entry) {
  const bool hierarchical = entry.type == "hierarchical";
  std::vector<std::string> keys{"type", "values", "outside", "other_label", "missing", column_key};
  if (hierarchical) keys.insert(keys.end(), {"tree", "prefix"});
  entry.only(keys);
  if (!hierarchical) entry.require("values", "list its categories: values: [a, b, …]");
  Categorical made;
  if (entry.has("values")) made.values = entry.value["values"].get<std::vector<std::string>>();
  made.outside = outside_of(entry, hierarchical ? Outside::other : Outside::refuse);
  if (hierarchical) read_hierarchy(entry, made);
  if (made.values.empty() && made.outside != Outside::other) {
    entry.fail("values", "'values' lists nothing", "list its categories, or add outside: other for free text");
  }
  if (made.outside == Outside::clip) entry.fail("outside", "categories cannot be clipped", "use refuse or other");
  if (entry.has("other_label") && made.outside != Outside::other) {
    entry.fail("other_label", "'other_label' needs outside: other", "add outside: other, or remove it");
  }
  made.other_label = entry.value.value("other_label", made.other_label);
  refuse_repeats(entry, made);
  return made;
}

Coded codes_of(const Entry& entry) {
  entry.only({"type", "size", "outside", "missing", column_key});
  entry.require("size", "give the number of codes: size: 4 for codes 0 to 3");
  Coded made;
  made.size = entry.value["size"].get<std::uint32_t>();
  made.outside = outside_of(entry, Outside::refuse);
  if (made.outside == Outside::other) entry.fail("outside", "codes have no 'other'", "use refuse or clip");
  return made;
}

}  // namespace fedloom::config
