#include "fedloom/model/synthetic_csv.hpp"

#include <fstream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/csv.hpp"

namespace fedloom::model {

namespace {

constexpr std::size_t kWriteAt = std::size_t{1} << 20;  // bytes

}  // namespace

void write_synthetic_csv(const Generator& generator, const schema::Schema& schema, std::uint64_t rows,
                         std::uint64_t seed, const std::filesystem::path& file) {
  const std::filesystem::path unfinished = file.string() + ".part";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  const std::size_t width = schema.attributes().size();
  std::vector<std::string_view> fields(width);
  for (std::size_t i = 0; i < width; ++i) fields[i] = schema.attributes()[i].name;
  std::string text;
  schema::write_csv_record(text, fields);
  PublicStream place(seed, "place in bin");
  std::vector<std::string> values(width);
  generator.sample(rows, seed, [&](std::span<const std::uint32_t> codes, std::size_t count) {
    for (std::size_t row = 0; row < count; ++row) {
      for (std::size_t i = 0; i < width; ++i) {
        values[i] = schema.decode(i, codes[row * width + i], place.uniform());
        fields[i] = values[i];
      }
      schema::write_csv_record(text, fields);
      if (text.size() < kWriteAt) continue;
      out.write(text.data(), static_cast<std::streamsize>(text.size()));
      text.clear();
    }
  });
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) throw EnvironmentError(file.string(), "cannot be written", "check the disk, then run `fedloom sample`");
  std::filesystem::rename(unfinished, file);
}

}  // namespace fedloom::model
