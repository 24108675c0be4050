#pragma once
// Rows as texts → columns with types, handed to NumPy without a copy.

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fedloom/schema/schema.hpp"

namespace fedloom::python {

class TypedColumns {
 public:
  /// Columns: the schema's identifiers, then its attributes, as Fedloom writes them. Keeps a reference to the schema.
  TypedColumns(const schema::Schema& schema, std::size_t rows);
  /// The texts of one row. Throws DataError naming row and column where one is no value of its kind.
  void add(const std::vector<std::string>& texts);
  /// A list of (name, kind, values, missing): kind "integer", "real", "date" (days since 1970-01-01), "datetime"
  /// (seconds since then) or "categorical" (numbers of the schema's categories); values an array, 0 or −1 or NaN where
  /// there is none; missing an array of bool, or None where no value may be missing. Kind "text", of identifiers with a
  /// pattern, has a list of str. Takes what it holds.
  nanobind::list take();

 private:
  enum class Kind { integer, real, date, datetime, categorical, text };
  struct Column {
    std::string name;
    Kind kind = Kind::integer;
    const schema::Attribute* attribute = nullptr;  ///< none: an identifier
    std::unordered_map<std::string_view, std::int32_t> categories;
    std::vector<std::int64_t> whole;  ///< integer, date, datetime
    std::vector<double> real;
    std::vector<std::int32_t> codes;
    std::vector<std::string> texts;
    std::vector<std::uint8_t> missing;  ///< where a value may be
  };
  static Column column_of(const schema::Attribute& attribute);
  void add(Column& column, const std::string& text) const;
  void add_missing(Column& column) const;
  [[noreturn]] void refuse(const Column& column) const;

  std::vector<Column> columns_;
  std::uint64_t rows_ = 0;
};

/// The texts of a categorical attribute's codes, missing left out.
std::vector<std::string> categories_of(const schema::Attribute& attribute);

}  // namespace fedloom::python
