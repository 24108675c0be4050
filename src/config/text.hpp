#pragma once
// Text for sentences about a file.

#include <string>
#include <string_view>
#include <vector>

namespace fedloom::config {

/// At most 40 characters, without control characters, for showing a file's own text.
std::string clipped(std::string_view text);

/// "a, b, c".
std::string joined(const std::vector<std::string>& names);

/// The name with the fewest edits (insert, delete, replace, swap) to `text`, if they are few for its length; else "".
std::string nearest(std::string_view text, const std::vector<std::string>& names);

/// Position of the first byte that is not UTF-8 (RFC 3629); npos when there is none.
std::size_t first_invalid_utf8(std::string_view text);

}  // namespace fedloom::config
