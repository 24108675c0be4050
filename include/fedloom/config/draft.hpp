#pragma once
// A schema file to begin with: what a header and the kinds of values tell, and what a published code book says.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/schema/value_kind.hpp"

namespace fedloom::config {

/// All that a draft is told of a table.
struct DraftColumn {
  std::string name;
  schema::ValueKind kind = schema::ValueKind::text;
};

/// What a code book says of one column; empty texts: nothing.
struct CodebookColumn {
  std::string kind;                                         ///< a type of the schema file, or id
  std::vector<std::pair<std::string, std::string>> values;  ///< value and label
  std::string min, max, width, bins, step;
  std::optional<bool> missing;
};

struct Codebook {
  std::string file;    ///< its name, without folders
  std::string sha256;  ///< of its bytes
  std::map<std::string, CodebookColumn> columns;
};

/// A CSV file with the columns `column` and any of kind, value, label, min, max, width, bins, step, missing; or a YAML
/// file, a list of mappings with these keys. One line or mapping for each value of a column, or one for its bounds.
/// Throws ConfigError.
Codebook load_codebook(const std::filesystem::path& file);

/// The text of a schema file, a function of its arguments. What neither says is blank, with a comment on where public
/// knowledge of it may come from; load_schema() refuses a file with blanks.
std::string draft_schema(const std::vector<DraftColumn>& columns, const std::optional<Codebook>& codebook);

/// Columns of a code book that the table does not have.
std::vector<std::string> columns_without_data(const std::vector<DraftColumn>& columns, const Codebook& codebook);

}  // namespace fedloom::config
