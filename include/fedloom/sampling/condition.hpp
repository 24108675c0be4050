#pragma once
// Conditions on rows as a person types them, and published margins. Public.

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "fedloom/model/tilted.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::sampling {

struct Condition {
  std::uint32_t attribute = 0;
  std::vector<std::uint32_t> codes;  ///< ascending; a row has one of them
  std::string text;                  ///< as it was typed
};

/// Throws UsageError naming columns that there are.
std::uint32_t column_of(const schema::Schema& schema, const std::string& name);

/// "COLUMN=VALUE", "COLUMN in A,B", "COLUMN>=NUMBER" and with <, <=, >. Throws UsageError.
Condition parse_condition(const schema::Schema& schema, const std::string& text);

/// "COLUMN=VALUE:N".
struct RareRows {
  Condition condition;
  std::uint64_t rows = 0;
};
/// Throws UsageError.
RareRows parse_rare_rows(const schema::Schema& schema, const std::string& text);

/// CSV with the header column,value,share: published shares of a column's values, all of them. Of several columns
/// together: "sex|income,Male|>50K,0.2". Throws ConfigError naming the line of `name`.
std::vector<model::Margin> read_margins(const schema::Schema& schema, std::istream& text, const std::string& name);
/// The same of a file.
std::vector<model::Margin> load_margins(const schema::Schema& schema, const std::string& file);

}  // namespace fedloom::sampling
