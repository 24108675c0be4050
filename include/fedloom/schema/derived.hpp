#pragma once
// Attributes that are computed from columns of the table: one definition, for rows that are read and rows that are
// written.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "fedloom/schema/schema.hpp"

namespace fedloom::schema {

/// Whether it is computed from moments, in seconds since 1970-01-01T00:00:00, and not from numbers.
bool computed_from_moments(const Attribute& attribute);

/// Its value from the numbers or moments of its columns, in their order: rounded down to whole units of time where it
/// holds whole numbers, days where it is a date. Not finite: a division by nought, which counts as missing.
double computed_value(const Attribute& attribute, std::span<const double> values);

/// A computed value as it is written: reals to twelve digits.
std::string computed_text(const Attribute& attribute, double value);

/// An attribute that follows from others of the same schema.
struct Derivation {
  std::uint32_t to = 0;
  std::vector<std::uint32_t> from;  ///< in the order of its columns
};

/// Of every attribute that is computed, or that reads a column of numbers or dates another time, where each of its
/// columns is read as it stands by another attribute: a number by a number, a date by one of the same format. What
/// follows from a column that has no attribute is not here, nor are categories.
std::vector<Derivation> derivations(const std::vector<Attribute>& attributes);

}  // namespace fedloom::schema
