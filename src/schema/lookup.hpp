#pragma once
// What Schema prepares once so that encoding a cell is one hash look-up or one division.

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

using CodesByText = std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>>;

struct Schema::Lookup {
  /// Categories and missing tokens to codes.
  CodesByText codes;
  /// Of each code of a hierarchy's tree, the nearest listed code; the codes that have none are not here.
  CodesByText ancestors;
  /// Bins per unit where all bins but the last are equally wide (up to rounding), else 0.
  double bins_per_unit = 0;
};

/// The code of the nearest listed ancestor of each code of the tree that is not listed and has one.
CodesByText nearest_listed(const Categorical& categorical, const CodesByText& listed);

/// Schema::encode_number and decode of one attribute; `bins_per_unit` as in Lookup, or 0.
Encoded encode_value(const Attribute& attribute, double bins_per_unit, double value);
std::string decode_code(const Attribute& attribute, std::uint32_t code, double u);
/// A number inside its code's bin as decode() writes it, reals with all their digits; what its code says of a category.
std::string number_text(const Attribute& attribute, std::uint32_t code, double number);

/// Throws std::invalid_argument: what is wrong with the attribute.
void check_attribute(const Attribute& attribute);

}  // namespace fedloom::schema
