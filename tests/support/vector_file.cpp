#include "support/vector_file.hpp"

#include <fstream>
#include <stdexcept>

namespace fedloom::test {
namespace {

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  return cells;
}

}  // namespace

std::vector<std::vector<std::string>> vector_file(std::string_view name) {
  const std::string path = std::string(FEDLOOM_VECTORS_DIR) + "/" + std::string(name);
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error("cannot read " + path);
  std::vector<std::vector<std::string>> rows;
  while (std::getline(file, line)) rows.push_back(cells_of(line));
  return rows;
}

std::vector<std::vector<std::string>> vector_rows(std::string_view name, std::string_view kind) {
  std::vector<std::vector<std::string>> rows;
  for (auto& row : vector_file(name)) {
    if (row.front() == kind) rows.push_back(std::move(row));
  }
  if (rows.empty()) throw std::runtime_error("no such rows in a file of tests/vectors");
  return rows;
}

std::vector<double> numbers_after_equals(std::string_view text) {
  std::vector<double> numbers;
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    numbers.push_back(std::stod(std::string(text.substr(at + 1))));
  }
  return numbers;
}

}  // namespace fedloom::test
