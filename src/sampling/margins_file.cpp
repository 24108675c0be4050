#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <stdexcept>
#include <unordered_map>

#include "fedloom/base/error.hpp"
#include "fedloom/sampling/condition.hpp"
#include "fedloom/schema/csv.hpp"
#include "fedloom/schema/number.hpp"
#include "fedloom/schema/values.hpp"

namespace fedloom::sampling {
namespace {

constexpr double kSumError = 0.01;
constexpr std::uint64_t kMostMarked = std::uint64_t{1} << 26;  // 8 MiB of bits
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

/// Which combinations of some columns' codes have a share already.
class Taken {
 public:
  Taken(const schema::Domain& domain, const std::vector<std::uint32_t>& attributes) {
    std::uint64_t combinations = 1;
    for (const std::uint32_t attribute : attributes) {
      sizes_.push_back(domain.size(attribute));
      combinations = combinations > kMostMarked ? combinations : combinations * sizes_.back();
    }
    if (combinations <= kMostMarked) marks_.resize(combinations);
  }

  /// False: the cell has a combination of an earlier one.
  bool add(const model::Margin::Cell& cell) {
    if (!marks_.empty()) return mark(cell, 0, 0);
    for (const auto& other : cells_) {
      if (overlap(other, cell.codes)) return false;
    }
    cells_.push_back(cell.codes);
    return true;
  }

 private:
  using Codes = std::vector<std::vector<std::uint32_t>>;

  bool mark(const model::Margin::Cell& cell, std::size_t attribute, std::size_t at) {
    if (attribute == sizes_.size()) {
      if (marks_[at]) return false;
      marks_[at] = true;
      return true;
    }
    return std::all_of(cell.codes[attribute].begin(), cell.codes[attribute].end(),
                       [&](std::uint32_t code) { return mark(cell, attribute + 1, at * sizes_[attribute] + code); });
  }

  /// Each ascending.
  static bool overlap(const Codes& a, const Codes& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::vector<std::uint32_t> both;
      std::set_intersection(a[i].begin(), a[i].end(), b[i].begin(), b[i].end(), std::back_inserter(both));
      if (both.empty()) return false;
    }
    return true;
  }

  std::vector<std::uint32_t> sizes_;
  std::vector<bool> marks_;   ///< by combination, row-major; none: too many
  std::vector<Codes> cells_;  ///< where combinations are too many
};

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
        if (!codes.emplace(column, codes_of(column, values[k])).second) {
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
    auto found = margins_.find(attributes);
    if (found == margins_.end()) {
      found = margins_.emplace(attributes, Read{{attributes, {}}, Taken(schema_.domain(), attributes)}).first;
    }
    if (!found->second.taken.add(cell)) fail(line, "the value has a share already");
    found->second.margin.cells.push_back(std::move(cell));
  }

  /// codes_named, without going through all of a column's categories for each line.
  std::vector<std::uint32_t> codes_of(std::uint32_t column, const std::string& value) {
    const schema::Attribute& attribute = schema_.attributes()[column];
    const auto* categorical = std::get_if<schema::Categorical>(&attribute.type);
    if (categorical == nullptr) return schema::codes_named(attribute, value);
    auto& codes = categories_[column];
    if (codes.empty()) {
      for (const std::string& one : categorical->values) codes.emplace(one, static_cast<std::uint32_t>(codes.size()));
    }
    const auto known = codes.find(value);
    if (known != codes.end()) return {known->second};
    return schema::codes_named(attribute, value);
  }

  std::vector<model::Margin> finished() {
    std::vector<model::Margin> out;
    for (auto& [attributes, read] : margins_) {
      model::Margin& margin = read.margin;
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
  struct Read {
    model::Margin margin;
    Taken taken;
  };
  std::map<std::vector<std::uint32_t>, Read> margins_;
  std::map<std::uint32_t, std::unordered_map<std::string, std::uint32_t>> categories_;  ///< of columns that were named
};

}  // namespace

std::vector<model::Margin> read_margins(const schema::Schema& schema, std::istream& text, const std::string& name) {
  return MarginsReader(schema, name).read(text);
}

std::vector<model::Margin> load_margins(const schema::Schema& schema, const std::string& file) {
  return MarginsReader(schema, file).load();
}

}  // namespace fedloom::sampling
