#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/sampling/condition.hpp"
#include "fedloom/schema/csv.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/values.hpp"

namespace fedloom::sampling {
namespace {

constexpr double kSumError = 0.01;
constexpr const char* kRemedy = "write lines such as sex,Female,0.51 below the header column,value,share";

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == '|') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

class MarginsReader {
 public:
  MarginsReader(const schema::Schema& schema, std::string file) : schema_(schema), file_(std::move(file)) {}

  std::vector<model::Margin> load() {
    std::ifstream stream(file_, std::ios::binary);
    if (!stream) fail(0, "cannot be read");
    return read(stream);
  }

  std::vector<model::Margin> read(std::istream& stream) {
    schema::CsvReader reader(stream);
    std::vector<std::string> fields;
    if (reader.next(fields) != schema::CsvReader::Result::record ||
        fields != std::vector<std::string>{"column", "value", "share"}) {
      fail(1, "the header is not column,value,share");
    }
    schema::CsvReader::Result result{};
    while ((result = reader.next(fields)) == schema::CsvReader::Result::record) {
      const int line = static_cast<int>(reader.line());
      if (fields.size() != 3) fail(line, "the line does not have three fields");
      take(fields, line);
    }
    if (result != schema::CsvReader::Result::end) fail(static_cast<int>(reader.line()), "the line is no CSV");
    if (margins_.empty()) fail(0, "there are no shares");
    return finished();
  }

 private:
  [[noreturn]] void fail(int line, const std::string& what, const std::string& remedy = kRemedy) const {
    throw ConfigError({file_, line, 0}, what, remedy);
  }

  void take(const std::vector<std::string>& fields, int line) {
    const std::vector<std::string> columns = parts_of(fields[0]), values = parts_of(fields[1]);
    if (columns.size() != values.size()) fail(line, "there are not as many values as columns");
    const auto share = schema::parse_number(fields[2]);
    if (!share || *share < 0) fail(line, "the share is no number of at least 0");
    std::map<std::uint32_t, std::vector<std::uint32_t>> codes;
    for (std::size_t k = 0; k < columns.size(); ++k) {
      try {
        const std::uint32_t column = column_of(schema_, columns[k]);
        if (!codes.emplace(column, schema::codes_named(schema_.attributes()[column], values[k])).second) {
          fail(line, "a column is named twice");
        }
      } catch (const UsageError& error) {
        fail(line, "there is no column '" + columns[k] + "'");
      } catch (const std::invalid_argument& error) {
        fail(line, error.what());
      }
    }
    std::vector<std::uint32_t> attributes;
    model::Margin::Cell cell{{}, *share};
    for (auto& [attribute, list] : codes) {
      attributes.push_back(attribute);
      cell.codes.push_back(std::move(list));
    }
    model::Margin& margin = margins_[attributes];
    margin.attributes = attributes;
    for (const auto& other : margin.cells) {
      if (overlap(other, cell)) fail(line, "the value has a share already");
    }
    margin.cells.push_back(std::move(cell));
  }

  static bool overlap(const model::Margin::Cell& a, const model::Margin::Cell& b) {
    for (std::size_t i = 0; i < a.codes.size(); ++i) {
      bool shared = false;
      for (const std::uint32_t code : a.codes[i]) {
        for (const std::uint32_t other : b.codes[i]) shared = shared || code == other;
      }
      if (!shared) return false;
    }
    return true;
  }

  std::vector<model::Margin> finished() {
    std::vector<model::Margin> out;
    for (auto& [attributes, margin] : margins_) {
      double sum = 0;
      for (const auto& cell : margin.cells) sum += cell.share;
      std::string names;
      for (const std::uint32_t i : attributes)
        names.append(names.empty() ? "" : "|").append(schema_.attributes()[i].name);
      if (std::abs(sum - 1) > kSumError) {
        fail(0, "the shares of " + names + " sum to " + schema::shortest(sum) + " and not to 1",
             "give every value's share, as parts of 1");
      }
      for (auto& cell : margin.cells) cell.share /= sum;
      out.push_back(std::move(margin));
    }
    return out;
  }

  const schema::Schema& schema_;
  std::string file_;
  std::map<std::vector<std::uint32_t>, model::Margin> margins_;
};

}  // namespace

std::vector<model::Margin> read_margins(const schema::Schema& schema, std::istream& text, const std::string& name) {
  return MarginsReader(schema, name).read(text);
}

std::vector<model::Margin> load_margins(const schema::Schema& schema, const std::string& file) {
  return MarginsReader(schema, file).load();
}

}  // namespace fedloom::sampling
