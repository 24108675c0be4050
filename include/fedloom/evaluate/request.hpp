#pragma once
// What a person asks of an evaluation, in the schema's own words.

#include <optional>
#include <string>
#include <vector>

#include "fedloom/evaluate/evaluate.hpp"

namespace fedloom::evaluate {

struct Request {
  std::size_t degree = 3;                      ///< of marginals, 1 to 3
  std::vector<std::string> subgroups;          ///< columns
  std::string target;                          ///< COLUMN, of two values, or COLUMN=VALUE; empty: no task
  std::vector<std::string> protected_columns;  ///< with a target
  std::vector<std::string> learners;           ///< "trees", "logistic"; none: those that can be had
  bool own_test_rows = false;                  ///< Options::test will be set
  bool detection = true;                       ///< models that try to tell the tables apart
};

/// Throws UsageError: a column or a value that the schema does not have, or what belongs to a task where none is named;
/// EnvironmentError: trees are asked for and cannot be had.
Options options_of(const Request& request, const schema::Schema& schema);

}  // namespace fedloom::evaluate
