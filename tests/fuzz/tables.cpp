// The readers of files that a stranger may have written: a CSV file, and a schema file. What a schema file holds is
// written and read back as the same schema, and its codes decode to texts that encode to them.

#include <algorithm>
#include <array>
#include <set>
#include <sstream>

#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/schema/csv.hpp"
#include "fuzzer.hpp"

namespace fedloom::fuzz {
namespace {

using Records = std::vector<std::vector<std::string>>;

/// All records; `ok`: the text ends where a record does.
Records read_all(const std::string& text, bool& ok) {
  constexpr std::size_t longest_record = 1 << 10;
  std::istringstream stream(text);
  schema::CsvReader reader(stream, longest_record);
  Records all;
  std::vector<std::string> fields;
  using Result = schema::CsvReader::Result;
  Result result = Result::record;
  while ((result = reader.next(fields)) == Result::record) {
    require(!fields.empty(), "a record has no fields");
    all.push_back(fields);
  }
  ok = result == Result::end;
  return all;
}

void run_csv(ByteView bytes) {
  bool ok = false, again_ok = false;
  const Records records = read_all(std::string(bytes.begin(), bytes.end()), ok);
  std::string written;
  for (const auto& fields : records) schema::write_csv_record(written, {fields.begin(), fields.end()});
  if (!ok || written.starts_with("\xEF\xBB\xBF")) return;
  // Quotes make a record longer, so that a long one may not be read again.
  const Records again = read_all(written, again_ok);
  require(!again_ok || again == records, "what was written is read as something else");
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
