#include "intervals.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace fedloom::evaluate {
namespace {

/// "boosted trees" → "boosted_trees"
std::string joined(std::string words) {
  std::replace(words.begin(), words.end(), ' ', '_');
  return words;
}

}  // namespace

Interval interval_of(const std::string& figure, const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  Interval interval{.figure = figure, .mean = 0, .half_width = undefined};
  for (const double value : values) interval.mean += value / n;
  if (values.size() < 2) return interval;
  double squares = 0;
  for (const double value : values) squares += (value - interval.mean) * (value - interval.mean);
  const double t = boost::math::quantile(boost::math::students_t(n - 1), 0.975);
  interval.half_width = t * std::sqrt(squares / (n - 1) / n);
  return interval;
}

std::vector<Headline> headlines(const Comparison& comparison) {
  std::vector<Headline> all;
  for (const auto& error : comparison.errors) {
    const std::string degree = std::to_string(error.degree) + "_way";
    all.push_back({"tv_" + degree + "_mean", error.mean / 2});
    all.push_back({"tv_" + degree + "_worst", error.worst / 2});
  }
  all.push_back({"k_marginal", comparison.k_marginal});
  all.push_back({"column_shapes", comparison.column_shapes});
  all.push_back({"pair_trends", comparison.pair_trends});
  all.push_back({"dependent_pair_trends", comparison.dependent_pair_trends});
  all.push_back({"cramers_v_difference", comparison.cramers_v_difference});
  all.push_back({"pearson_difference", comparison.pearson_difference});
  if (comparison.propensity) all.push_back({"pmse_ratio", comparison.propensity->ratio});
  if (comparison.detection) all.push_back({"detection_auroc", comparison.detection->auroc});
  for (const auto& learned : comparison.learned) {
    const std::string learner = "tstr_" + joined(learned.learner);
    all.push_back({learner + "_auroc", learned.scores.auroc});
    all.push_back({learner + "_auprc", learned.scores.auprc});
    all.push_back({learner + "_accuracy", learned.scores.accuracy});
  }
  std::erase_if(all, [](const Headline& headline) { return std::isnan(headline.value); });
  return all;
}

std::vector<Interval> intervals_of(const std::vector<Comparison>& samples) {
  std::vector<Interval> intervals;
  if (samples.size() < 2) return intervals;
  for (const auto& first : headlines(samples.front())) {
    std::vector<double> values;
    for (const auto& sample : samples)
      for (const auto& headline : headlines(sample))
        if (headline.figure == first.figure) values.push_back(headline.value);
    if (values.size() == samples.size()) intervals.push_back(interval_of(first.figure, values));
  }
  return intervals;
}

}  // namespace fedloom::evaluate
