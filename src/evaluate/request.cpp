#include "fedloom/evaluate/request.hpp"

#include <algorithm>

#include "fedloom/base/error.hpp"

namespace fedloom::evaluate {
namespace {

std::optional<std::uint32_t> find_attribute(const std::string& name, const schema::Schema& schema) {
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i)
    if (schema.attributes()[i].name == name) return i;
  return {};
}

std::uint32_t attribute(const std::string& role, const std::string& name, const schema::Schema& schema) {
  const auto found = find_attribute(name, schema);
  if (!found)
    throw UsageError(role + " names the column '" + name + "', which the schema does not have",
                     "see fedloom schema check for those it has");
  return *found;
}

std::vector<std::uint32_t> attributes(const std::string& role, const std::vector<std::string>& names,
                                      const schema::Schema& schema) {
  std::vector<std::uint32_t> all;
  for (const auto& name : names) all.push_back(attribute(role, name, schema));
  return all;
}

/// "COLUMN=VALUE", or a column of two values, the second of which is then foretold.
Target target(const std::string& word, const schema::Schema& schema) {
  const auto equals = word.find('=');
  if (equals == std::string::npos || find_attribute(word, schema)) {
    const auto column = attribute("target", word, schema);
    if (schema.attributes()[column].size() != 2)
      throw UsageError("the column '" + word + "' of the target does not have two values",
                       "say which one is to be foretold: COLUMN=VALUE");
    return {.attribute = column, .positive = 1};
  }
  const auto column = attribute("target", word.substr(0, equals), schema);
  const auto encoded = schema.encode(column, word.substr(equals + 1));
  if (encoded.how != schema::Encoded::How::fits)
    throw UsageError("target names a value that the column '" + word.substr(0, equals) + "' does not have",
                     "name one of the schema's values");
  return {.attribute = column, .positive = encoded.code};
}

void choose_learners(const std::vector<std::string>& learners, Options& options) {
  if (learners.empty()) return;
  for (const auto& learner : learners)
    if (learner != "trees" && learner != "logistic")
      throw UsageError("there is no learner '" + learner + "'", "name trees or logistic");
  options.trees = std::ranges::count(learners, "trees") > 0;
  options.logistic = std::ranges::count(learners, "logistic") > 0;
  const auto why = why_no_trees();
  if (options.trees && why) throw EnvironmentError("learner trees", *why, "or leave the learner trees out");
}

}  // namespace

Options options_of(const Request& request, const schema::Schema& schema) {
  if (request.degree < 1 || request.degree > 3)
    throw UsageError("the degree of marginals is not 1, 2 or 3", "choose one of them");
  Options options;
  options.max_degree = request.degree;
  options.propensity = options.detection = request.detection;
  options.subgroups = attributes("subgroup", request.subgroups, schema);
  options.protected_attributes = attributes("protected", request.protected_columns, schema);
  if (!request.target.empty()) options.target = target(request.target, schema);
  if (!options.target && (request.own_test_rows || !request.protected_columns.empty() || !request.learners.empty()))
    throw UsageError("test, protected and learner are about a task, and there is none", "add the target, a column");
  choose_learners(request.learners, options);
  return options;
}

}  // namespace fedloom::evaluate
