// The readers of files that a stranger may have written: a CSV file, and a schema file. What a schema file holds is
// written and read back as the same schema, and its codes decode to texts that encode to them.

#include <algorithm>
#include <istream>
#include <streambuf>

#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/csv.hpp"
#include "fuzzer.hpp"

namespace fedloom::fuzz {
namespace {

using Records = std::vector<std::vector<std::string>>;

/// An input's bytes as a stream, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // a get area is never written to
    setg(begin, begin, begin + text.size());
  }
};

struct Read {
  Records records;
  schema::CsvReader::Result last = schema::CsvReader::Result::record;
  std::uint64_t lines = 0;
  bool operator==(const Read&) const = default;
};

/// All records, read `buffer_bytes` at a time.
Read read_all(std::string_view text, std::size_t buffer_bytes) {
  constexpr std::size_t longest_record = 200;
  ViewBuffer bytes(text);
  std::istream stream(&bytes);
  schema::CsvReader reader(stream, longest_record, buffer_bytes);
  Read all;
  std::vector<std::string> fields;
  while ((all.last = reader.next(fields)) == schema::CsvReader::Result::record) {
    require(!fields.empty(), "a record has no fields");
    all.records.push_back(fields);
  }
  all.lines = reader.line();
  return all;
}

/// The first byte says how large a buffer the reader has: every byte may be the last one before a refill.
void run_csv(ByteView bytes) {
  constexpr std::size_t larger_than_any = 1 << 12;
  if (bytes.empty()) return;
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1);
  const Read read = read_all(text, larger_than_any);
  require(read_all(text, bytes[0]) == read, "what is read depends on the buffer");
  std::string written;
  for (const auto& fields : read.records) schema::write_csv_record(written, {fields.begin(), fields.end()});
  if (read.last != schema::CsvReader::Result::end || written.starts_with("\xEF\xBB\xBF")) return;
  // Quotes make a record longer, so that a long one may not be read again.
  const Read again = read_all(written, larger_than_any);
  require(again.last != schema::CsvReader::Result::end || again.records == read.records,
          "what was written is read as something else");
}

void look_at(const schema::Schema& schema) {
  constexpr std::uint32_t most_codes = 64;
  for (std::size_t i = 0; i < schema.domain().dimensions(); ++i) {
    for (std::uint32_t code = 0; code < std::min(schema.domain().size(i), most_codes); ++code) {
      schema.label(i, code);
      const std::string text = schema.decode(i, code, 0.5);
      const schema::Encoded encoded = schema.encode(i, text);
      require(encoded.how != schema::Encoded::How::refused, "a decoded value is refused");
      require(encoded.code == code, "a decoded value has another code");
    }
  }
}

/// Of a text's numbers those that make very many bins, half a second's work that shows nothing new: 12345, 1e5, years
/// that are far apart. Larger numbers are refused at once.
bool asks_for_many_bins(std::string_view text) {
  constexpr std::size_t shortest = 5, longest = 12, year_digits = 4;
  constexpr int most_years = 5;
  const auto is_digit = [&](std::size_t k) { return k < text.size() && text[k] >= '0' && text[k] <= '9'; };
  int first = 9999, last = 0;
  for (std::size_t k = 0, length = 0; k <= text.size(); ++k) {
    if (is_digit(k)) {
      ++length;
      continue;
    }
    if (length >= shortest && length <= longest) return true;
    if (length > 0 && k < text.size() && (text[k] == 'e' || text[k] == 'E')) return true;
    if (length == year_digits) {
      const int year = std::stoi(std::string(text.substr(k - length, length)));
      first = std::min(first, year);
      last = std::max(last, year);
    }
    length = 0;
  }
  const bool of_dates = text.find("from") != std::string_view::npos,
             of_hours = text.find("hour") != std::string_view::npos;
  return of_dates && last - first > (of_hours ? 0 : most_years);
}

void run_schema(ByteView bytes) {
  if (asks_for_many_bins({reinterpret_cast<const char*>(bytes.data()), bytes.size()})) return;
  try {
    const schema::Schema schema = config::read_schema(std::string(bytes.begin(), bytes.end()), "fuzz.yaml");
    look_at(schema);
    // Hundreds of edges are written as the first ones are.
    constexpr std::size_t most_width = 300;
    if (schema.domain().width() > most_width) return;
    require(config::read_schema(config::schema_yaml(schema), "again.yaml").hash() == schema.hash(),
            "a schema is written as another one");
  } catch (const ConfigError&) {
  }
}

}  // namespace
}  // namespace fedloom::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace fedloom::fuzz;
  target() = target_of(*argc, *argv);
  require(target() == "csv" || target() == "schema_file", "no such target");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedloom::fuzz;
  const fedloom::ByteView bytes(data, size);
  if (target() == "csv") {
    run_csv(bytes);
  } else {
    run_schema(bytes);
  }
  return 0;
}
