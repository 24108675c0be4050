#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

#include "fedloom/base/hash.hpp"
#include "fedloom/config/draft.hpp"
#include "fedloom/schema/csv.hpp"
#include "text.hpp"
#include "yaml_tree.hpp"

namespace fedloom::config {
namespace {

constexpr std::array fields{"column", "kind", "value", "label", "min", "max", "width", "bins", "step", "missing"};
constexpr std::array kinds{"categorical", "integer", "real", "date", "datetime", "hierarchical", "coded", "id"};

/// One line of a code book, by the names of its fields.
using Record = std::map<std::string, std::string>;

std::vector<std::string> field_names() { return {fields.begin(), fields.end()}; }

void check_field(const std::string& name, const FilePosition& at) {
  if (std::find(fields.begin(), fields.end(), name) != fields.end()) return;
  const std::string close = nearest(name, field_names());
  throw ConfigError(at, "a code book has no field '" + clipped(name) + "'",
                    close.empty() ? "its fields: " + joined(field_names()) : "did you mean '" + close + "'?");
}

void set(std::string& field, const Record& record, const char* name, const FilePosition& at) {
  const auto found = record.find(name);
  if (found == record.end() || found->second.empty()) return;
  if (!field.empty() && field != found->second) {
    throw ConfigError(at, std::string("the code book says two things about '") + name + "' of one column",
                      "keep one of them");
  }
  field = found->second;
}

/// Fields that a draft takes as they are: nothing that could be more than one value of YAML.
void set_plain(std::string& field, const Record& record, const char* name, const FilePosition& at) {
  set(field, record, name, at);
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '+' || c == ':';
  };
  if (std::all_of(field.begin(), field.end(), plain)) return;
  throw ConfigError(at, std::string("'") + name + "' of the code book is no number, date or step", "correct it");
}

void add(Codebook& codebook, const Record& record, const FilePosition& at) {
  const auto name = record.find("column");
  if (name == record.end() || name->second.empty()) {
    throw ConfigError(at, "the code book names no column here", "fill in 'column'");
  }
  CodebookColumn& column = codebook.columns[name->second];
  set(column.kind, record, "kind", at);
  if (!column.kind.empty() && std::find(kinds.begin(), kinds.end(), column.kind) == kinds.end()) {
    throw ConfigError(
        at, "'kind' must be one of " + joined({kinds.begin(), kinds.end()}) + ", not '" + clipped(column.kind) + "'",
        "correct it");
  }
  set_plain(column.min, record, "min", at);
  set_plain(column.max, record, "max", at);
  set_plain(column.width, record, "width", at);
  set_plain(column.bins, record, "bins", at);
  set_plain(column.step, record, "step", at);
  std::string missing;
  set(missing, record, "missing", at);
  if (!missing.empty() && missing != "true" && missing != "false") {
    throw ConfigError(at, "'missing' must be true or false, not '" + clipped(missing) + "'", "correct it");
  }
  if (!missing.empty()) column.missing = missing == "true";
  const auto value = record.find("value"), label = record.find("label");
  if (value == record.end() || value->second.empty()) return;
  const auto same = [&](const auto& known) { return known.first == value->second; };
  if (std::any_of(column.values.begin(), column.values.end(), same)) {
    throw ConfigError(at, "the code book lists '" + clipped(value->second) + "' twice for one column",
                      "remove one of them");
  }
  column.values.emplace_back(value->second, label == record.end() ? "" : label->second);
}

void read_csv(Codebook& codebook, const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw ConfigError({file.string()}, "there is no such code book, or it cannot be read", "check the path");
  }
  schema::CsvReader reader(stream);
  using Result = schema::CsvReader::Result;
  std::vector<std::string> header, cells;
  const auto at = [&] { return FilePosition{file.string(), static_cast<int>(reader.line())}; };
  if (reader.next(header) != Result::record) throw ConfigError(at(), "the code book is empty", "give it a header line");
  for (const std::string& name : header) check_field(name, at());
  Result result = Result::end;
  while ((result = reader.next(cells)) == Result::record) {
    if (cells.size() == 1 && cells[0].empty()) continue;
    if (cells.size() != header.size()) {
      throw ConfigError(at(), "the line has another number of fields than the header", "give every line one per field");
    }
    Record record;
    for (std::size_t k = 0; k < header.size(); ++k) record[header[k]] = cells[k];
    add(codebook, record, at());
  }
  if (result != Result::end) throw ConfigError(at(), "the code book is no CSV file", "check its quotes");
}

void read_mappings(Codebook& codebook, const std::filesystem::path& file) {
  const YamlNode root = read_yaml(file);
  if (root.kind != YamlNode::Kind::sequence) {
    throw ConfigError({file.string(), root.line}, "the code book is not a list of mappings",
                      "write - {column: sex, value: 1, label: male}");
  }
  for (const YamlNode& item : root.items) {
    const FilePosition at{file.string(), item.line, item.column};
    if (item.kind != YamlNode::Kind::mapping) {
      throw ConfigError(at, "an entry of the code book is not a mapping",
                        "write - {column: sex, value: 1, label: male}");
    }
    Record record;
    for (std::size_t k = 0; k < item.items.size(); ++k) {
      check_field(item.keys[k].text, at);
      if (item.items[k].kind == YamlNode::Kind::null) continue;
      if (item.items[k].kind != YamlNode::Kind::scalar) {
        throw ConfigError(at, "'" + item.keys[k].text + "' of the code book is not plain text", "write one value");
      }
      record[item.keys[k].text] = item.items[k].text;
    }
    add(codebook, record, at);
  }
}

}  // namespace

Codebook load_codebook(const std::filesystem::path& file) {
  Codebook codebook;
  codebook.file = file.filename().string();
  const std::string ending = file.extension().string();
  if (ending == ".yaml" || ending == ".yml") {
    read_mappings(codebook, file);
  } else {
    read_csv(codebook, file);
  }
  codebook.sha256 = to_hex(sha256_of_file(file));
  return codebook;
}

}  // namespace fedloom::config
