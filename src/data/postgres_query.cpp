#include "postgres_query.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace fedloom::data {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || (c & 0x80) != 0;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && (is_space(text.back()) || text.back() == ';')) text.remove_suffix(1);
  return std::string(text);
}

/// Splits SQL into lower-case words and single signs; quoted text and comments become nothing, brackets are counted.
class Words {
 public:
  explicit Words(std::string_view sql) : sql_(sql) {}
  /// The next word outside all brackets, or a sign; empty at the end.
  std::string next() {
    while (at_ < sql_.size()) {
      const char c = sql_[at_];
      if (c == '\'' || c == '"') {
        skip_past(std::string(1, c), 1);
      } else if (sql_.substr(at_).starts_with("--")) {
        skip_past("\n", 2);
      } else if (sql_.substr(at_).starts_with("/*")) {
        skip_past("*/", 2);
      } else if (c == '$' && skip_dollar_quote()) {
      } else if (in_word(c)) {
        std::string word = take_word();
        if (depth_ == 0) return word;
      } else {
        ++at_;
        depth_ += c == '(' ? 1 : c == ')' ? -1 : 0;
        if (depth_ == 0 && !is_space(c) && c != ')') return std::string(1, c);
      }
    }
    return {};
  }

 private:
  void skip_past(const std::string& end, std::size_t from) {
    const auto found = sql_.find(end, at_ + from);
    at_ = found == std::string_view::npos ? sql_.size() : found + end.size();
  }
  bool skip_dollar_quote() {
    const auto end = sql_.find('$', at_ + 1);
    if (end == std::string_view::npos) return false;
    const std::string tag(sql_.substr(at_, end + 1 - at_));
    if (!std::all_of(tag.begin(), tag.end(), in_word)) return false;
    skip_past(tag, tag.size());
    return true;
  }
  std::string take_word() {
    std::string word;
    while (at_ < sql_.size() && in_word(sql_[at_])) {
      word += static_cast<char>(std::tolower(static_cast<unsigned char>(sql_[at_++])));
    }
    return word;
  }
  std::string_view sql_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

bool ends_ordered(std::string_view sql) {
  Words words(sql);
  std::string before;
  for (std::string word = words.next(); !word.empty(); word = words.next()) {
    if (before == "order" && word == "by") return true;
    before = word;
  }
  return false;
}

/// Whether a row counts then depends on other entities' rows.
bool takes_some_rows(std::string_view sql) {
  Words words(sql);
  std::string before;
  for (std::string word = words.next(); !word.empty(); word = words.next()) {
    const bool is_name = before == "as" || before == ".";
    if (!is_name && (word == "limit" || word == "offset" || word == "fetch")) return true;
    if (before == "distinct" && word == "on") return true;
    before = word;
  }
  return false;
}

std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) text.append(c == '"' ? "\"\"" : std::string(1, c));
  return text + '"';
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(quoted(name));
  return text;
}

/// One or more names joined by dots, each plain or in double quotes.
bool names_a_table(std::string_view text) {
  while (true) {
    if (text.starts_with('"')) {
      std::size_t end = 1;
      while (end < text.size() && (text[end] != '"' || (end + 1 < text.size() && text[end + 1] == '"'))) {
        end += text[end] == '"' ? 2 : 1;
      }
      if (end <= 1 || end >= text.size()) return false;
      text.remove_prefix(end + 1);
    } else {
      const auto end = std::find_if_not(text.begin(), text.end(), in_word);
      if (end == text.begin() || std::isdigit(static_cast<unsigned char>(text.front())) != 0) return false;
      text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
    }
    if (text.empty()) return true;
    if (text.front() != '.') return false;
    text.remove_prefix(1);
  }
}

}  // namespace

std::string PostgresQuery::describe() const { return is_table ? "SELECT * FROM " + text : text; }

std::string PostgresQuery::select(const std::vector<std::string>& columns,
                                  const std::vector<std::string>& order) const {
  const std::string by = order.empty() ? "" : " ORDER BY " + listed(order);
  if (is_table) return "SELECT " + listed(columns) + " FROM " + text + by;
  return order.empty() ? text : "SELECT * FROM (" + text + "\n) AS fedloom_source" + by;
}

PostgresQuery parse_postgres(std::string_view place) {
  PostgresQuery query;
  query.text = trimmed(place);
  const std::string first = Words(query.text).next();
  if (first == "select" || first == "with" || first == "values") {
    if (takes_some_rows(query.text)) {
      throw std::invalid_argument(
          "the query takes some rows of many (LIMIT, OFFSET, FETCH or DISTINCT ON), so that one entity's rows could "
          "push out another's; leave it out, and let unit.max_rows of the policy bound an entity's rows");
    }
    query.ordered = ends_ordered(query.text);
    return query;
  }
  if (query.text.find_first_of(" \t\r\n") != std::string::npos && query.text.front() != '"') {
    throw std::invalid_argument(
        "the source is neither a query that begins with SELECT, WITH or VALUES nor a table's name; "
        "write postgres:TABLE or postgres:SELECT …");
  }
  if (!names_a_table(query.text)) {
    throw std::invalid_argument(
        "the source is not a table's name; write postgres:TABLE, with double quotes around a "
        "name that holds other signs than letters, digits and _");
  }
  query.is_table = true;
  return query;
}

PostgresFault fault_of(std::string_view sqlstate) {
  struct Known {
    std::string_view state;  ///< or the first characters of it
    const char *what, *remedy;
  };
  static constexpr std::array known{
      Known{"42P01", "there is no such table, or this user may not see it",
            "check the name, with its schema before a dot"},
      Known{"3F000", "there is no such schema", "check the name before the dot"},
      Known{"42703", "the query names a column that is not there", "check the names of the columns"},
      Known{"42601", "the query is not one SELECT statement that reads rows", "write one SELECT, and try it in psql"},
      Known{"0A000", "the query is not one SELECT statement that only reads rows",
            "write one SELECT, and try it in psql"},
      Known{"42501", "this user may not read the table", "let the database's owner grant SELECT"},
      Known{"42P03", "the query cannot be read through a cursor", "write one SELECT"},
      Known{"25006", "the query would write, and sources are read in read-only transactions",
            "use a query that only reads"},
      Known{"57014", "the server took longer than 10 minutes for an answer", "use a faster query, or an index"},
      Known{"55P03", "the table is locked by another transaction", "wait until that is done, and try again"},
      Known{"40001", "the table was changed in a way that the transaction cannot go on with", "try again"},
      Known{"57P0", "the server ended the connection", "look at the server's log, and try again"},
      Known{"08", "the connection to the server was lost", "look at the server's log, and try again"},
      Known{"53", "the server lacks memory, disk or connections", "look at the server's log, and try again"},
  };
  for (const Known& one : known) {
    if (sqlstate.starts_with(one.state)) return {one.what, one.remedy};
  }
  return {"the server refused the query with SQLSTATE " + (sqlstate.empty() ? "unknown" : std::string(sqlstate)),
          "try the query in psql, which shows the server's own words"};
}

}  // namespace fedloom::data
