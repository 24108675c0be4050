#include <cmath>
#include <nlohmann/json.hpp>

#include "fedloom/evaluate/evaluate.hpp"
#include "intervals.hpp"

namespace fedloom::evaluate {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

class Writer {
 public:
  explicit Writer(const schema::Schema& schema) : schema_(schema) {}

  Json write(const Evaluation& evaluation) const {
    Json json{{"private", "exact figures of real rows: PRIVATE, keep them where the rows are"},
              {"rows_real", evaluation.rows_real}};
    for (const auto& sample : evaluation.samples) json["samples"].push_back(comparison(sample));
    for (const auto& site : evaluation.sites)
      json["sites"].push_back({{"site", site.site},
                               {"synthetic", site.synthetic},
                               {"rows", site.rows},
                               {"marginals", marginals(site.errors)},
                               {"k_marginal", number(site.k_marginal)}});
    if (evaluation.task) json["task"] = task(*evaluation.task);
    for (const auto& interval : evaluation.intervals)
      json["mean_and_ci95"][interval.figure] = {number(interval.mean), number(interval.half_width)};
    for (const auto& skipped : evaluation.skipped)
      json["skipped"].push_back({{"what", skipped.what}, {"why", skipped.why}});
    return json;
  }

 private:
  std::string name(std::uint32_t attribute) const { return schema_.domain().name(attribute); }

  Json marginals(const std::vector<MarginalError>& errors) const {
    Json all = Json::array();
    for (const auto& error : errors)
      all.push_back({{"degree", error.degree},
                     {"marginals", error.marginals},
                     {"mean_l1", error.mean},
                     {"worst_l1", error.worst},
                     {"mean_tv", error.mean / 2},
                     {"worst_tv", error.worst / 2},
                     {"worst", error.worst_marginal.name(schema_.domain())}});
    return all;
  }

  Json comparison(const Comparison& found) const {
    Json json{{"name", found.name}, {"rows", found.rows}, {"marginals", marginals(found.errors)}};
    for (const auto& headline : headlines(found)) json["figures"][headline.figure] = headline.value;
    for (const auto& column : found.columns)
      json["columns"].push_back({{"column", name(column.attribute)},
                                 {"tv", column.total_variation},
                                 {"shape", column.numeric ? "KSComplement" : "TVComplement"},
                                 {"score", number(column.score)}});
    for (const auto& pair : found.pairs) json["pairs"].push_back(trend(pair));
    for (const auto& group : found.subgroups)
      json["subgroups"].push_back({{"column", name(group.attribute)},
                                   {"value", schema_.label(group.attribute, group.code)},
                                   {"rows_real", group.rows_real},
                                   {"rows_synthetic", group.rows_synthetic},
                                   {"marginals", marginals(group.errors)},
                                   {"k_marginal", number(group.k_marginal)}});
    for (const auto& validity : found.validity)
      json["validity"].push_back({{"rule", validity.rule},
                                  {"broken_real", validity.broken_real},
                                  {"broken_synthetic", validity.broken_synthetic}});
    if (found.propensity)
      json["propensity"] = {{"pmse", found.propensity->pmse},
                            {"expected", found.propensity->expected},
                            {"ratio", number(found.propensity->ratio)},
                            {"auroc", number(found.propensity->auroc)},
                            {"parameters", found.propensity->parameters}};
    if (found.detection)
      json["detection"] = {
          {"auroc", found.detection->auroc}, {"folds", found.detection->folds}, {"rows", found.detection->rows}};
    if (!found.learned.empty()) json["tstr"] = learned(found.learned);
    return json;
  }

  Json trend(const PairTrend& pair) const {
    return {{"columns", {name(pair.first), name(pair.second)}},
            {"tv", pair.total_variation},
            {"cramers_v", {number(pair.cramers_v_real), number(pair.cramers_v_synthetic)}},
            {"pearson", {number(pair.pearson_real), number(pair.pearson_synthetic)}},
            {"trend", number(pair.trend)}};
  }

  Json learned(const std::vector<Learned>& all) const {
    Json json = Json::array();
    for (const auto& one : all) {
      Json scores{{"learner", one.learner},
                  {"auroc", number(one.scores.auroc)},
                  {"auprc", number(one.scores.auprc)},
                  {"accuracy", one.scores.accuracy}};
      for (const auto& gap : one.scores.gaps)
        scores["gaps"].push_back({{"column", name(gap.attribute)},
                                  {"demographic_parity", gap.demographic_parity},
                                  {"equal_opportunity", gap.equal_opportunity},
                                  {"groups", gap.groups}});
      json.push_back(scores);
    }
    return json;
  }

  Json task(const Task& found) const {
    return {{"target", name(found.target)},
            {"positive", schema_.label(found.target, found.positive)},
            {"held_out", found.own_test_rows ? "the rows of --test" : "a third of the real rows"},
            {"train_rows", found.train_rows},
            {"test_rows", found.test_rows},
            {"positive_share", found.positive_share},
            {"majority_accuracy", found.majority_accuracy},
            {"trained_on_real", learned(found.from_real)}};
  }

  const schema::Schema& schema_;
};

}  // namespace

std::string to_json(const Evaluation& evaluation, const schema::Schema& schema) {
  return Writer(schema).write(evaluation).dump() + "\n";
}

}  // namespace fedloom::evaluate
