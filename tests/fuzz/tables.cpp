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

void run_schema(ByteView bytes) {
  try {
    const schema::Schema schema = config::read_schema(std::string(bytes.begin(), bytes.end()), "fuzz.yaml");
    look_at(schema);
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
