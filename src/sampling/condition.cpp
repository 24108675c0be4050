#include "fedloom/sampling/condition.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/schema/csv.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/values.hpp"

namespace fedloom::sampling {
namespace {

constexpr std::array<std::string_view, 6> kOperators{" in ", "<=", ">=", "<", ">", "="};
constexpr const char* kForms = "write COLUMN=VALUE, COLUMN in A,B or COLUMN>=NUMBER (also >, <, <=)";

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

struct Parts {
  std::uint32_t attribute = 0;
  std::string_view comparison;
  std::string value;
};

/// The longest column name that an operator follows, so that names may hold operators.
Parts split(const schema::Schema& schema, const std::string& text) {
  std::optional<Parts> found;
  std::size_t longest = 0;
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i) {
    const std::string& name = schema.attributes()[i].name;
    if (!text.starts_with(name) || name.size() < longest) continue;
    const std::string rest = text.substr(name.size());
    const std::string after = rest.starts_with(" in ") ? rest : trimmed(rest);
    for (const std::string_view comparison : kOperators) {
      if (!after.starts_with(comparison)) continue;
      found = Parts{i, comparison, trimmed(std::string_view(after).substr(comparison.size()))};
      longest = name.size();
      break;
    }
  }
  if (found) return *found;
  const std::size_t end = text.find_first_of("<>=");
  const std::size_t in = text.find(" in ");
  if (end == std::string::npos && in == std::string::npos) throw UsageError("'" + text + "' is no condition", kForms);
  column_of(schema, trimmed(std::string_view(text).substr(0, std::min(end, in))));
  throw UsageError("'" + text + "' is no condition", kForms);
}

std::vector<std::string> listed(const std::string& text) {
  std::istringstream stream(text);
  schema::CsvReader reader(stream);
  std::vector<std::string> values;
  if (reader.next(values) != schema::CsvReader::Result::record) throw UsageError("'" + text + "' is no list", kForms);
  for (std::string& value : values) value = trimmed(value);
  return values;
}

std::vector<std::uint32_t> sorted(std::vector<std::uint32_t> codes) {
  std::sort(codes.begin(), codes.end());
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

}  // namespace

std::uint32_t column_of(const schema::Schema& schema, const std::string& name) {
  std::string names;
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i) {
    if (schema.attributes()[i].name == name) return i;
    if (names.size() < 200) names.append(names.empty() ? "" : ", ").append(schema.attributes()[i].name);
  }
  throw UsageError("the model has no column '" + name + "'", "name one of its columns: " + names);
}

Condition parse_condition(const schema::Schema& schema, const std::string& text) {
  const Parts parts = split(schema, text);
  const schema::Attribute& attribute = schema.attributes()[parts.attribute];
  std::vector<std::uint32_t> codes;
  try {
    if (parts.comparison == "=") {
      codes = schema::codes_named(attribute, parts.value);
    } else if (parts.comparison == " in ") {
      for (const std::string& value : listed(parts.value)) {
        const auto more = schema::codes_named(attribute, value);
        codes.insert(codes.end(), more.begin(), more.end());
      }
    } else {
      codes = schema::codes_beside(attribute, parts.comparison, parts.value);
    }
  } catch (const std::invalid_argument& error) {
    throw UsageError("'" + text + "': " + error.what(), "fedloom schema check shows the columns' values and bins");
  }
  return {parts.attribute, sorted(std::move(codes)), text};
}

RareRows parse_rare_rows(const schema::Schema& schema, const std::string& text) {
  const std::size_t colon = text.rfind(':');
  std::uint64_t rows = 0;
  const char* end = text.data() + text.size();
  if (colon != std::string::npos) {
    const auto read = std::from_chars(text.data() + colon + 1, end, rows);
    if (read.ec != std::errc() || read.ptr != end) rows = 0;
  }
  if (rows == 0 || rows > 1'000'000'000) {
    throw UsageError("'" + text + "' is not COLUMN=VALUE:N", "write such as outcome=died:5000, N from 1 to 10^9");
  }
  return {parse_condition(schema, text.substr(0, colon)), rows};
}

}  // namespace fedloom::sampling
