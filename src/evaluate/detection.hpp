#pragma once
// Whether a model can tell synthetic rows from real ones.

#include "boosted_trees.hpp"
#include "fedloom/evaluate/evaluation.hpp"
#include "fedloom/evaluate/rows.hpp"

namespace fedloom::evaluate {

/// None where the one-hot width is beyond most_places.
std::optional<Propensity> propensity(const data::Table& real, const data::Table& synthetic, unsigned threads,
                                     const StopCheck& check = {});

/// Five-fold; of each table at most 20,000 rows, chosen by a public stream. None with fewer than 50 rows of one.
std::optional<Detection> detection(const LightGbm& library, const Rows& real, const Rows& synthetic,
                                   const schema::Schema& schema, const StopCheck& check = {});

/// `count` of 0..rows-1 without repeats, by a public stream of this label; all, in order, when there are no more.
std::vector<std::size_t> chosen_rows(std::size_t rows, std::size_t count, std::string_view label);

}  // namespace fedloom::evaluate
