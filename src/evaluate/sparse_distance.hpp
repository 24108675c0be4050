#pragma once
// The distance of two histograms that are too large to hold: only cells that a row is in are kept.

#include "fedloom/data/table.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::evaluate {

/// ‖M_r(a)/|a| − M_r(b)/|b|‖₁ in memory proportional to the rows. Neither table is empty.
double sparse_distance(const data::Table& a, const data::Table& b, const schema::Marginal& marginal);

}  // namespace fedloom::evaluate
