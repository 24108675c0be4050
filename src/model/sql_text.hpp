#pragma once
// Names, values and types as standard SQL (ISO/IEC 9075) writes them.

#include <string>
#include <string_view>

#include "fedloom/schema/schema.hpp"

namespace fedloom::model {

/// "name", with its own quotes doubled.
std::string sql_name(std::string_view name);
/// 'text', with its own quotes doubled and without the zero bytes that no SQL text may hold.
std::string sql_text(std::string_view text);

/// How an attribute's values are written.
struct SqlType {
  std::string name;  ///< TEXT, BIGINT, DOUBLE PRECISION, DATE, TIMESTAMP
  bool quoted = true;
};
SqlType sql_type(const schema::Attribute& attribute);
SqlType sql_type(const schema::IdPattern& pattern);
std::string create_table(std::string_view table, const schema::Schema& schema);

}  // namespace fedloom::model
