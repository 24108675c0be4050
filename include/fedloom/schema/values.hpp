#pragma once
// Values of an attribute as a person writes them, in labels and numbers, and the codes that they name. For conditions
// and for constraints: a text names whole codes, or is refused; no bin is cut.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {

/// "<", "<=", ">", ">=" a number or date: all codes whose values are on that side. Missing is on no side. Throws
/// std::invalid_argument: no numbers, no number, a number that cuts a bin (with the edges beside it).
std::vector<std::uint32_t> codes_beside(const Attribute& attribute, std::string_view comparison, std::string_view text);

/// A category, its label of others, a number or date that has a bin to itself, "2..5" for numbers from 2 to 5, for
/// reals from 2 to below 5 (or to the last edge), "missing" or a text that means it. Throws std::invalid_argument.
std::vector<std::uint32_t> codes_named(const Attribute& attribute, std::string_view text);

/// A text that names just this code.
std::string value_name(const Attribute& attribute, std::uint32_t code);

}  // namespace fedloom::schema
