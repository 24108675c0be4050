#include "csv_rows.hpp"

#include <algorithm>
#include <limits>

#include "fedloom/base/check.hpp"

namespace fedloom::data {
namespace {

std::ifstream open(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    throw DataError({file.string()}, "there is no such table", "check the path of the source");
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file, ignored)) {
    throw DataError({file.string()}, "the table cannot be read", "check that it is a file and who may read it");
  }
  return stream;
}

}  // namespace

CsvRows::CsvRows(std::filesystem::path file) : file_(std::move(file)), stream_(open(file_)), reader_(stream_) {
  const bool found = read(header_);
  if (!found || (header_.size() == 1 && header_[0].empty())) {
    throw DataError({file_.string(), 1}, "the table has no header line", "put the column names on the first line");
  }
}

FilePosition CsvRows::position() const {
  constexpr std::uint64_t most = std::numeric_limits<int>::max();
  return {file_.string(), static_cast<int>(std::min(reader_.line(), most))};
}

bool CsvRows::read(std::vector<std::string>& record) {
  using Result = schema::CsvReader::Result;
  switch (reader_.next(record)) {
    case Result::record:
      return true;
    case Result::end:
      if (stream_.bad()) throw DataError(position(), "the table cannot be read to its end", "check the disk");
      return false;
    case Result::unclosed_quote:
      throw DataError(position(), "a quoted field of the row that begins here is never closed",
                      "close it, and double the quotes inside quoted fields");
    case Result::stray_quote:
      throw DataError(position(), "text follows a closing quote, or a quote stands inside an unquoted field",
                      "quote the whole field and double the quotes inside it");
    case Result::too_long:
      throw DataError(position(), "the row that begins here is longer than 1 MiB", "check for a quote never closed");
  }
  return false;
}

void CsvRows::start(const RowRequest& request) { FEDLOOM_CHECK(request.order.empty()); }

bool CsvRows::next() {
  while (read(cells_)) {
    const bool empty_line = cells_.size() == 1 && cells_[0].empty() && header_.size() > 1;
    if (empty_line) continue;
    if (cells_.size() == header_.size()) return true;
    throw DataError(position(),
                    "the row has " + std::to_string(cells_.size()) + " fields where the header has " +
                        std::to_string(header_.size()),
                    "give every row one field per column, and quote fields that hold a comma");
  }
  return false;
}

}  // namespace fedloom::data
