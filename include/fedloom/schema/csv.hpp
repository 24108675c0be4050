#pragma once
// RFC 4180 as a streaming parser and writer. In `schema`, as both the rooms with rows and the writer of public
// synthetic rows need the format; it opens no file.

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom::schema {

/// Reads records from a stream: quoted fields, "" inside quotes, line breaks in quotes, CRLF or LF, a UTF-8 BOM,
/// a last line without a break. A CR that no LF follows is data. Memory: one record and a buffer.
class CsvReader {
 public:
  enum class Result { record, end, unclosed_quote, stray_quote, too_long };
  /// `buffer_bytes`: how much is read at a time, at least the 3 bytes of a byte order mark; what is read does not
  /// depend on it.
  explicit CsvReader(std::istream& in, std::size_t max_record_bytes = 1 << 20, std::size_t buffer_bytes = 1 << 18);
  /// `fields` keeps its strings' memory between calls. After a Result other than `record` the reader is spent.
  Result next(std::vector<std::string>& fields);
  std::uint64_t line() const noexcept { return line_; }  ///< line the last record began on, from 1

 private:
  enum class Stop { comma, record_end, lone_cr, error };
  bool more();  ///< false at the end of the stream; else at_ < have_
  void skip_byte_order_mark();
  Stop read_plain(std::string& field);
  Stop read_quoted(std::string& field);
  Stop after_field();  ///< takes what ends a field; lone_cr: a CR was taken that ends nothing
  bool take(std::string& field, std::size_t end);  ///< moves the buffer up to `end` into the field
  std::istream* in_;
  std::size_t limit_;
  std::size_t used_ = 0;  ///< bytes of the record so far
  std::uint64_t line_ = 0, next_line_ = 1;
  std::vector<char> buffer_;
  std::size_t at_ = 0, have_ = 0;
  Result error_ = Result::end;
};

/// Appends one record with LF; quotes where needed.
void write_csv_record(std::string& out, const std::vector<std::string_view>& fields);

}  // namespace fedloom::schema
