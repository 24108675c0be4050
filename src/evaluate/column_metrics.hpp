#pragma once
// Figures of single attributes and of pairs. Formulas are beside the fields of evaluation.hpp.

#include "fedloom/evaluate/evaluation.hpp"
#include "fedloom/evaluate/rows.hpp"

namespace fedloom::evaluate {

/// Per attribute: whether both tables have its numbers.
std::vector<bool> numeric_attributes(const Rows& a, const Rows& b);

/// 1 − sup_x |F_a(x) − F_b(x)|; NaN values left out; NaN when nothing is left of one.
double ks_complement(std::vector<double> a, std::vector<double> b);

/// Pearson's correlation over rows where neither is NaN; NaN where one is constant.
double pearson(const std::vector<double>& x, const std::vector<double>& y);

/// Cramér's V of a row-major table of counts.
double cramers_v(const std::vector<std::int64_t>& counts, std::size_t columns);

/// The column as SDMetrics cuts it: code k in 0..11 says that k of the 11 edges of ten bins between least and greatest
/// value are at or below the number. The greatest, and a missing value, are beyond all edges.
std::vector<std::uint8_t> ten_bins(const std::vector<double>& numbers);

std::vector<ColumnShape> column_shapes(const Rows& real, const Rows& synthetic, const schema::Schema& schema,
                                       unsigned threads, const StopCheck& check = {});

std::vector<PairTrend> pair_trends(const Rows& real, const Rows& synthetic, unsigned threads,
                                   const StopCheck& check = {});

/// Of the values that are not NaN; NaN when there are none.
double mean_of_defined(const std::vector<double>& values);

}  // namespace fedloom::evaluate
