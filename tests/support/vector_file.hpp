#pragma once
// The files in tests/vectors: comma-separated, first line names the columns.

#include <string>
#include <string_view>
#include <vector>

namespace fedloom::test {

/// The cells of each line after the first; a cell in quotes may hold commas. Throws std::runtime_error.
std::vector<std::vector<std::string>> vector_file(std::string_view name);
/// Those lines whose first cell is `kind`; throws std::runtime_error when there is none.
std::vector<std::vector<std::string>> vector_rows(std::string_view name, std::string_view kind);
/// The number after each "=" of, say, "sigma2=4;T=10".
std::vector<double> numbers_after_equals(std::string_view text);

}  // namespace fedloom::test
