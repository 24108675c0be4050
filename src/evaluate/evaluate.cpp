#include "fedloom/evaluate/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "column_metrics.hpp"
#include "detection.hpp"
#include "intervals.hpp"
#include "logistic_regression.hpp"
#include "task.hpp"
#include "validity.hpp"

namespace fedloom::evaluate {
namespace {

double k_marginal_of(const std::vector<MarginalError>& errors) {
  return errors.size() < 3 ? undefined : k_marginal_score(errors[2].mean);
}

bool is_dependent(const PairTrend& pair) { return pair.dependence > (std::isnan(pair.pearson_real) ? 0.3 : 0.5); }

void require_schema(const Rows& rows, const schema::Schema& schema) {
  if (!(rows.codes.domain() == schema.domain())) throw std::invalid_argument("a table is of another schema");
}

class Evaluator {
 public:
  Evaluator(const Rows& real, const schema::Schema& schema, const Options& options)
      : real_(real), schema_(schema), options_(options), library_(LightGbm::load(why_no_library_)) {}

  Evaluation run(const std::vector<Rows>& sites, const std::vector<Rows>& synthetic) {
    found_.attributes = schema_.domain().axes();
    found_.rows_real = real_.codes.rows();
    std::optional<TaskTrial> trial;
    if (options_.target) {
      if (options_.trees && !library_) skip("TSTR by boosted trees", why_no_library_);
      trial.emplace(real_, schema_, options_, library_);
      found_.task = trial->task();
    }
    for (const auto& sample : synthetic) {
      found_.samples.push_back(compare(sample));
      if (trial) found_.samples.back().learned = trial->learn(sample.codes);
      if (sites.size() > 1)
        for (const auto& site : sites) found_.sites.push_back(site_errors(site, sample));
    }
    found_.intervals = intervals_of(found_.samples);
    return std::move(found_);
  }

 private:
  void skip(const std::string& what, const std::string& why) {
    const auto same = [&](const Skipped& skipped) { return skipped.what == what; };
    if (std::none_of(found_.skipped.begin(), found_.skipped.end(), same)) found_.skipped.push_back({what, why});
  }

  std::vector<MarginalError> errors(const data::Table& real, const data::Table& synthetic) const {
    return marginal_errors(real, synthetic, options_.max_degree, options_.threads, options_.check);
  }

  Comparison compare(const Rows& sample) {
    Comparison found{.name = sample.name, .rows = sample.codes.rows(), .errors = errors(real_.codes, sample.codes)};
    found.k_marginal = k_marginal_of(found.errors);
    add_columns_and_pairs(found, sample);
    for (const auto attribute : options_.subgroups) add_subgroups(found, sample, attribute);
    if (!schema_.constraints().empty()) add_validity(found, sample);
    if (options_.propensity) add_propensity(found, sample);
    if (options_.detection) add_detection(found, sample);
    return found;
  }

  void add_columns_and_pairs(Comparison& found, const Rows& sample) const {
    found.columns = column_shapes(real_, sample, schema_, options_.threads, options_.check);
    found.pairs = pair_trends(real_, sample, options_.threads, options_.check);
    std::vector<double> shapes, trends, dependent, v, rho;
    for (const auto& column : found.columns) shapes.push_back(column.score);
    for (const auto& pair : found.pairs) {
      trends.push_back(pair.trend);
      if (is_dependent(pair)) dependent.push_back(pair.trend);
      v.push_back(std::abs(pair.cramers_v_real - pair.cramers_v_synthetic));
      rho.push_back(std::abs(pair.pearson_real - pair.pearson_synthetic));
    }
    found.column_shapes = mean_of_defined(shapes);
    found.pair_trends = mean_of_defined(trends);
    found.dependent_pair_trends = mean_of_defined(dependent);
    found.cramers_v_difference = mean_of_defined(v);
    found.pearson_difference = mean_of_defined(rho);
  }

  void add_subgroups(Comparison& found, const Rows& sample, std::uint32_t attribute) const {
    for (std::uint32_t code = 0; code < schema_.domain().size(attribute); ++code) {
      const auto here = rows_with(real_.codes, attribute, code), there = rows_with(sample.codes, attribute, code);
      Subgroup group{.attribute = attribute, .code = code, .rows_real = here.size(), .rows_synthetic = there.size()};
      if (!here.empty() && !there.empty()) {
        group.errors = errors(rows_at(real_, here).codes, rows_at(sample, there).codes);
        group.k_marginal = k_marginal_of(group.errors);
      }
      found.subgroups.push_back(std::move(group));
    }
  }

  void add_validity(Comparison& found, const Rows& sample) const {
    const auto real = broken_rows(real_, schema_), synthetic = broken_rows(sample, schema_);
    const auto& rules = schema_.constraints().list();
    for (std::size_t k = 0; k < rules.size(); ++k) found.validity.push_back({rules[k].text, real[k], synthetic[k]});
  }

  void add_propensity(Comparison& found, const Rows& sample) {
    found.propensity = propensity(real_.codes, sample.codes, options_.threads, options_.check);
    if (!found.propensity)
      skip("propensity", "the schema has more than " + std::to_string(most_places) + " values in all");
  }

  void add_detection(Comparison& found, const Rows& sample) {
    if (!library_) return skip("detection", why_no_library_);
    found.detection = detection(*library_, real_, sample, schema_, options_.check);
    if (!found.detection) skip("detection", "there are fewer than 50 rows of a table");
  }

  SiteErrors site_errors(const Rows& site, const Rows& sample) const {
    SiteErrors found{site.name, sample.name, site.codes.rows(), errors(site.codes, sample.codes)};
    found.k_marginal = k_marginal_of(found.errors);
    return found;
  }

  const Rows& real_;
  const schema::Schema& schema_;
  const Options& options_;
  std::string why_no_library_;
  std::optional<LightGbm> library_;
  Evaluation found_;
};

}  // namespace

std::optional<std::string> why_no_trees() {
  std::string why;
  if (LightGbm::load(why)) return {};
  return why;
}

Evaluation evaluate(const std::vector<Rows>& real, const std::vector<Rows>& synthetic, const schema::Schema& schema,
                    Options options) {
  if (real.empty() || synthetic.empty()) throw std::invalid_argument("tables of both kinds are needed");
  for (const auto* tables : {&real, &synthetic})
    for (const auto& rows : *tables) require_schema(rows, schema);
  if (options.test) require_schema(*options.test, schema);
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency());
  if (real.size() == 1) return Evaluator(real.front(), schema, options).run(real, synthetic);
  const Rows all = together(real);
  return Evaluator(all, schema, options).run(real, synthetic);
}

}  // namespace fedloom::evaluate
