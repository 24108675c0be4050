#pragma once
// Sets synthetic rows beside real ones. Local: nothing of what it reads or finds is ever sent.

#include <functional>

#include "fedloom/evaluate/evaluation.hpp"
#include "fedloom/evaluate/rows.hpp"

namespace fedloom::evaluate {

struct Target {
  std::uint32_t attribute = 0;
  std::uint32_t positive = 1;  ///< the code that is to be foretold
};

struct Options {
  std::size_t max_degree = 3;            ///< of marginals, 1 to 3
  std::vector<std::uint32_t> subgroups;  ///< attributes
  std::optional<Target> target;
  std::vector<std::uint32_t> protected_attributes;  ///< with a target
  std::optional<Rows> test;                         ///< held-out real rows; none: a third of the real rows
  bool trees = true, logistic = true;               ///< ways to learn the target
  bool propensity = true, detection = true;         ///< models that try to tell the tables apart
  unsigned threads = 0;                             ///< 0: one per core
  StopCheck check{};                                ///< may throw, and so end the work
};

/// `real`: one table per site, all of `schema`. `synthetic`: samples, compared one by one. What cannot be said is in
/// Evaluation::skipped. The same for the same tables and number of threads.
/// Throws DataError when a table has no rows, std::invalid_argument when a table is of another schema, or none is
/// given.
Evaluation evaluate(const std::vector<Rows>& real, const std::vector<Rows>& synthetic, const schema::Schema& schema,
                    Options options);

/// Whether gradient-boosted trees can be trained here; else a sentence that says why not.
std::optional<std::string> why_no_trees();

/// One line of JSON for programs, its first member a warning that the figures are private; and tables for people.
std::string to_json(const Evaluation& evaluation, const schema::Schema& schema);
std::string to_text(const Evaluation& evaluation, const schema::Schema& schema);

}  // namespace fedloom::evaluate
