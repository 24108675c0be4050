#include "model/sql_text.hpp"

namespace fedloom::model {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == '\0') continue;
    out += c;
    if (c == quote) out += c;
  }
  return out + quote;
}

}  // namespace

std::string sql_name(std::string_view name) { return quoted(name, '"'); }
std::string sql_text(std::string_view text) { return quoted(text, '\''); }

SqlType sql_type(const schema::Attribute& attribute) {
  if (std::holds_alternative<schema::Coded>(attribute.type)) return {"BIGINT", false};
  const auto* binned = std::get_if<schema::Binned>(&attribute.type);
  if (binned == nullptr) return {"TEXT", true};
  // Of another format the texts are no SQL dates.
  const bool iso = binned->format.text.empty();
  if (binned->calendar == schema::Calendar::date) return {iso ? "DATE" : "TEXT", true};
  if (binned->calendar == schema::Calendar::datetime) return {iso ? "TIMESTAMP" : "TEXT", true};
  return binned->integer ? SqlType{"BIGINT", false} : SqlType{"DOUBLE PRECISION", false};
}

SqlType sql_type(const schema::IdPattern& pattern) {
  return pattern.is_number() ? SqlType{"BIGINT", false} : SqlType{"TEXT", true};
}

std::string create_table(std::string_view table, const schema::Schema& schema) {
  std::string text = "CREATE TABLE " + sql_name(table) + " (";
  const char* between = "\n  ";
  for (std::size_t k = 0; k < schema.ids().size(); ++k) {
    text.append(between).append(sql_name(schema.ids()[k])).append(" ");
    text.append(sql_type(schema.id_patterns()[k]).name).append(" NOT NULL");
    between = ",\n  ";
  }
  for (const schema::Attribute& attribute : schema.attributes()) {
    text.append(between).append(sql_name(attribute.name)).append(" ").append(sql_type(attribute).name);
    if (!attribute.missing) text += " NOT NULL";
    between = ",\n  ";
  }
  return text + "\n);\n";
}

}  // namespace fedloom::model
