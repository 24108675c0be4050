#include "csv_rows.hpp"

#include <algorithm>
#include <limits>

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

std::string without_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

}  // namespace

CsvFile::CsvFile(std::filesystem::path file) : file_(std::move(file)), stream_(open(file_)), reader_(stream_) {
  const bool found = read(header_);
  if (!found || (header_.size() == 1 && header_[0].empty())) {
    throw DataError({file_.string(), 1}, "the table has no header line", "put the column names on the first line");
  }
}

FilePosition CsvFile::position() const {
  constexpr std::uint64_t most = std::numeric_limits<int>::max();
  return {file_.string(), static_cast<int>(std::min(reader_.line(), most))};
}

bool CsvFile::read(std::vector<std::string>& record) {
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

bool CsvFile::next() {
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

std::size_t CsvFile::column(const std::string& name) const {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found == header_.end()) {
    throw DataError({file_.string(), 1}, "the table has no column '" + name + "'",
                    "add the column, or check its name in the header line");
  }
  if (std::find(found + 1, header_.end(), name) != header_.end()) {
    throw DataError({file_.string(), 1}, "the table has the column '" + name + "' more than once",
                    "give each column its own name");
  }
  return static_cast<std::size_t>(found - header_.begin());
}

EntityBound::EntityBound(const CsvFile& csv, const Unit& unit) : max_rows_(unit.max_rows) {
  if (!unit.column) return;
  by_column_ = true;
  name_ = *unit.column;
  column_ = csv.column(name_);
}

bool EntityBound::keeps(const CsvFile& csv) {
  if (!by_column_) {
    entity_ = seen_++;
    return true;
  }
  // Spaces around an id would make one entity two, and break its bound.
  std::string entity = without_spaces(csv.cells()[column_]);
  if (entity.empty()) {
    throw DataError(csv.position(), "the row has no value in column '" + name_ + "', which says whose row it is",
                    "fill it in, or leave the row out");
  }
  const auto [place, is_new] = entities_.try_emplace(std::move(entity), Entity{seen_});
  seen_ += is_new;
  Entity& known = place->second;
  if (known.rows >= max_rows_) return false;
  ++known.rows;
  entity_ = known.number;
  return true;
}

}  // namespace fedloom::data
