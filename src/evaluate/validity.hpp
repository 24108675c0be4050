#pragma once
// Rows that break what the schema declares as impossible.

#include "fedloom/evaluate/rows.hpp"

namespace fedloom::evaluate {

/// For each of the schema's constraints how many rows break it, by their codes or, for an inequality or a sum between
/// attributes with numbers, by the numbers themselves.
std::vector<std::size_t> broken_rows(const Rows& rows, const schema::Schema& schema);

}  // namespace fedloom::evaluate
