#pragma once
// RFC 4180 as a streaming parser and writer. In `schema`, as both the rooms with rows and the writer of public
// synthetic rows need the format; it opens no file.

#include <istream>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::schema {

/// Reads records from a stream: quoted fields, "" inside quotes, line breaks in quotes, CRLF or LF, a UTF-8 BOM,
/// a last line without a break. Memory: one record.
class CsvReader {
 public:
  enum class Result { record, end, unclosed_quote, stray_quote, too_long };
  explicit CsvReader(std::istream& in, std::size_t max_record_bytes = 1 << 20);
  Result next(std::vector<std::string>& fields);
  std::uint64_t line() const noexcept { return line_; }  ///< line the last record began on, from 1

 private:
  int get();
  std::istream* in_;
  std::size_t limit_;
  std::uint64_t line_ = 0, next_line_ = 1;
  std::vector<char> buffer_;
  std::size_t at_ = 0, have_ = 0;
};

/// Appends one record with LF; quotes where needed.
void write_csv_record(std::string& out, const std::vector<std::string_view>& fields);

}  // namespace fedloom::schema
