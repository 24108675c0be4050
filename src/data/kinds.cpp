#include "fedloom/data/kinds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>

#include "fedloom/data/row_source.hpp"
#include "fedloom/schema/calendar.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::data {
namespace {

using schema::ValueKind;

/// What all cells of a column were so far.
struct Seen {
  bool any = false, whole = true, number = true, date = true, moment = true;

  void add(const std::string& cell) {
    any = true;
    if (number) {
      const auto value = schema::parse_number(cell);
      number = value.has_value();
      whole = whole && number && std::floor(*value) == *value;
    }
    if (!moment) return;
    constexpr std::size_t date_length = 10;
    moment = schema::parse_moment(cell).has_value();
    date = date && moment && cell.size() == date_length;
  }
  ValueKind kind() const {
    if (!any) return ValueKind::text;
    if (number) return whole ? ValueKind::whole : ValueKind::number;
    if (moment) return date ? ValueKind::date : ValueKind::datetime;
    return ValueKind::text;
  }
};

bool means_missing(const std::string& cell) {
  static constexpr std::array tokens{"", "NULL", "null", "NA", "N/A", "NaN", "nan", "None", "?", "."};
  return std::find(tokens.begin(), tokens.end(), cell) != tokens.end();
}

/// A header's names go into the draft: cells must not.
void check_header(const RowSource& rows) {
  std::set<std::string> seen;
  for (const std::string& name : rows.header()) {
    if (name.empty()) {
      throw DataError(rows.position(), "a column of the header has no name", "give each column a name");
    }
    if (schema::parse_number(name) || schema::parse_moment(name)) {
      throw DataError(rows.position(), "a name in the first line is a number or a date; is it a header?",
                      "put the column names on the first line");
    }
    if (!seen.insert(name).second) {
      throw DataError(rows.position(), "two columns of the header have the same name", "give each column its own name");
    }
  }
}

/// A value comes up again, a name does not.
[[noreturn]] void refuse_own_name(const RowSource& rows, std::size_t column) {
  throw DataError(
      rows.position(),
      "the name of column " + std::to_string(column + 1) + " is among its cells; is the first line a header?",
      "put the column names on the first line, and no cell that is its own column's name");
}

}  // namespace

std::vector<ColumnKind> kinds_of(const std::string& source, const std::filesystem::path& base) {
  auto rows = open_source(source, base);
  check_header(*rows);
  RowRequest request;
  request.columns.resize(rows->header().size());
  std::iota(request.columns.begin(), request.columns.end(), std::size_t{0});
  rows = start_rows(std::move(rows), request);
  std::vector<Seen> seen(request.columns.size());
  while (rows->next()) {
    for (std::size_t k = 0; k < seen.size(); ++k) {
      if (rows->is_null(k) || means_missing(rows->cells()[k])) continue;
      if (rows->cells()[k] == rows->header()[k]) refuse_own_name(*rows, k);
      seen[k].add(rows->cells()[k]);
    }
  }
  std::vector<ColumnKind> kinds;
  for (std::size_t k = 0; k < seen.size(); ++k) kinds.push_back({rows->header()[k], seen[k].kind()});
  return kinds;
}

}  // namespace fedloom::data
