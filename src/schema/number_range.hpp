#pragma once
// The numbers that a code stands for.

#include <cstdint>

#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {

struct NumberRange {
  double low = 0, high = 0;
};
/// Of a code that is not missing, of an attribute that is no category. `high` is one of them, but of reals only in the
/// last bin.
NumberRange numbers_of_code(const Attribute& attribute, std::uint32_t code);
bool is_missing_code(const Attribute& attribute, std::uint32_t code);

/// Null where it is neither date nor moment.
const Binned* calendar_of(const Attribute& attribute);
bool is_whole(const Attribute& attribute);
/// Seconds of a calendar's number; other numbers as they are.
double base_units(const Attribute& attribute, double number);

}  // namespace fedloom::schema
