#include "number_range.hpp"

namespace fedloom::schema {

NumberRange numbers_of_code(const Attribute& attribute, std::uint32_t code) {
  const auto* binned = std::get_if<Binned>(&attribute.type);
  if (binned == nullptr) return {static_cast<double>(code), static_cast<double>(code)};
  const bool last = code + 2 == binned->edges.size();
  return {binned->edges[code], binned->edges[code + 1] - (binned->integer && !last ? 1 : 0)};
}

bool is_missing_code(const Attribute& attribute, std::uint32_t code) {
  return attribute.missing && code + 1 == attribute.size();
}

const Binned* calendar_of(const Attribute& attribute) {
  const auto* binned = std::get_if<Binned>(&attribute.type);
  return binned != nullptr && binned->calendar != Calendar::none ? binned : nullptr;
}

bool is_whole(const Attribute& attribute) {
  const auto* binned = std::get_if<Binned>(&attribute.type);
  return binned == nullptr || binned->integer;
}

double base_units(const Attribute& attribute, double number) {
  const Binned* calendar = calendar_of(attribute);
  const bool date = calendar != nullptr && calendar->calendar == Calendar::date;
  return date ? number * static_cast<double>(seconds_a_day) : number;
}

}  // namespace fedloom::schema
