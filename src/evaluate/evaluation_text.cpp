#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "fedloom/evaluate/evaluate.hpp"
#include "intervals.hpp"

namespace fedloom::evaluate {
namespace {

constexpr std::size_t listed_pairs = 10;
constexpr int name_width = 40;

std::string shown(double value) {
  if (std::isnan(value)) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(std::abs(value) >= 100 ? 1 : 4) << value;
  return text.str();
}

/// Letters, not bytes: names may hold any UTF-8.
std::size_t letters(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

class Text {
 public:
  explicit Text(const schema::Schema& schema) : schema_(schema) {}

  std::string write(const Evaluation& evaluation) {
    out_ << "PRIVATE: exact figures of real rows. Keep them where the rows are.\n";
    for (const auto& sample : evaluation.samples) marginals(sample, evaluation);
    figures(evaluation);
    for (const auto& sample : evaluation.samples) {
      columns(sample);
      worst_pairs(sample);
      subgroups(sample);
      validity(sample);
    }
    sites(evaluation);
    if (evaluation.task) task(evaluation);
    for (const auto& skipped : evaluation.skipped)
      out_ << "\nleft out: " << skipped.what << ": " << skipped.why << "\n";
    return out_.str();
  }

 private:
  std::string name(std::uint32_t attribute) const { return schema_.domain().name(attribute); }

  void left(const std::string& text, std::size_t width = name_width) {
    out_ << text << std::string(letters(text) < width ? width - letters(text) : 1, ' ');
  }
  void cell(const std::string& text) { out_ << std::string(letters(text) < 14 ? 14 - letters(text) : 1, ' ') << text; }
  void heading(const std::string& text, const std::vector<std::string>& cells) {
    out_ << "\n";
    left(text);
    for (const auto& one : cells) cell(one);
    out_ << "\n";
  }

  void error_cells(const std::vector<MarginalError>& errors, double k_marginal) {
    for (const auto& error : errors) cell(shown(error.mean / 2));
    if (!std::isnan(k_marginal)) cell(shown(k_marginal));
  }
  static std::vector<std::string> error_heads(const std::vector<MarginalError>& errors, double k_marginal) {
    std::vector<std::string> heads;
    for (const auto& error : errors) heads.push_back("TV " + std::to_string(error.degree) + "-way");
    if (!std::isnan(k_marginal)) heads.push_back("k-marginal");
    return heads;
  }

  void marginals(const Comparison& sample, const Evaluation& evaluation) {
    out_ << "\n"
         << sample.name << ": " << sample.rows << " synthetic rows against " << evaluation.rows_real << " real ones\n";
    heading("total variation (0 same, 1 disjoint)", {"marginals", "mean", "worst"});
    for (const auto& error : sample.errors) {
      left(std::to_string(error.degree) + "-way");
      cell(std::to_string(error.marginals));
      cell(shown(error.mean / 2));
      cell(shown(error.worst / 2));
      out_ << "  " << error.worst_marginal.name(schema_.domain()) << "\n";
    }
  }

  void figures(const Evaluation& evaluation) {
    std::vector<std::string> heads;
    for (const auto& sample : evaluation.samples) heads.push_back(sample.name);
    if (!evaluation.intervals.empty()) heads.insert(heads.end(), {"mean", "± 95 %"});
    heading("figure", heads);
    for (const auto& first : headlines(evaluation.samples.front())) {
      left(first.figure);
      for (const auto& sample : evaluation.samples) cell(shown(value_of(sample, first.figure)));
      for (const auto& interval : evaluation.intervals) {
        if (interval.figure != first.figure) continue;
        cell(shown(interval.mean));
        cell(shown(interval.half_width));
      }
      out_ << "\n";
    }
  }
  static double value_of(const Comparison& sample, const std::string& figure) {
    for (const auto& headline : headlines(sample))
      if (headline.figure == figure) return headline.value;
    return undefined;
  }

  void columns(const Comparison& sample) {
    heading("column (" + sample.name + ")", {"TV", "shape score"});
    for (const auto& column : sample.columns) {
      left(name(column.attribute));
      cell(shown(column.total_variation));
      cell(shown(column.score));
      out_ << (column.numeric ? "  KS" : "  TV") << "\n";
    }
  }

  void worst_pairs(const Comparison& sample) {
    auto pairs = sample.pairs;
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const auto& a, const auto& b) { return a.total_variation > b.total_variation; });
    pairs.resize(std::min(pairs.size(), listed_pairs));
    if (pairs.empty()) return;
    heading("worst pairs (" + sample.name + ")", {"TV", "V real", "V synthetic", "r real", "r synthetic"});
    for (const auto& pair : pairs) {
      left(name(pair.first) + " × " + name(pair.second));
      for (const double value : {pair.total_variation, pair.cramers_v_real, pair.cramers_v_synthetic, pair.pearson_real,
                                 pair.pearson_synthetic})
        cell(shown(value));
      out_ << "\n";
    }
  }

  void subgroups(const Comparison& sample) {
    if (sample.subgroups.empty()) return;
    auto heads = error_heads(sample.errors, sample.k_marginal);
    heads.insert(heads.begin(), {"real", "synthetic"});
    heading("subgroup (" + sample.name + ")", heads);
    for (const auto& group : sample.subgroups) {
      left(name(group.attribute) + " = " + schema_.label(group.attribute, group.code));
      cell(std::to_string(group.rows_real));
      cell(std::to_string(group.rows_synthetic));
      error_cells(group.errors, group.k_marginal);
      out_ << "\n";
    }
  }

  void validity(const Comparison& sample) {
    if (sample.validity.empty()) return;
    heading("rows that break a rule (" + sample.name + ")", {"real", "synthetic"});
    for (const auto& rule : sample.validity) {
      left(rule.rule);
      cell(std::to_string(rule.broken_real));
      cell(std::to_string(rule.broken_synthetic));
      out_ << "\n";
    }
  }

  void sites(const Evaluation& evaluation) {
    if (evaluation.sites.empty()) return;
    auto heads = error_heads(evaluation.sites.front().errors, evaluation.sites.front().k_marginal);
    heads.insert(heads.begin(), "rows");
    heading("site by itself", heads);
    for (const auto& site : evaluation.sites) {
      left(site.site + " (" + site.synthetic + ")");
      cell(std::to_string(site.rows));
      error_cells(site.errors, site.k_marginal);
      out_ << "\n";
    }
  }

  void scores(const std::string& who, const Learned& learned) {
    left(learned.learner + ", " + who, 44);
    cell(shown(learned.scores.auroc));
    cell(shown(learned.scores.auprc));
    cell(shown(learned.scores.accuracy));
    for (const auto& gap : learned.scores.gaps) {
      cell(shown(gap.demographic_parity));
      cell(shown(gap.equal_opportunity));
    }
    out_ << "\n";
  }

  void task(const Evaluation& evaluation) {
    const Task& task = *evaluation.task;
    out_ << "\ntask: foretell " << name(task.target) << " = " << schema_.label(task.target, task.positive) << " on "
         << task.test_rows << " real rows held out ("
         << (task.own_test_rows ? "those of --test"
                                : "a third of the real rows: were they in the run, they are no true test")
         << ")\n";
    left("trained on", 44);
    for (const char* head : {"AUROC", "AUPRC", "accuracy"}) cell(head);
    if (!task.from_real.empty())
      for (const auto& gap : task.from_real.front().scores.gaps) {
        cell("parity " + name(gap.attribute));
        cell("opp. " + name(gap.attribute));
      }
    out_ << "\n";
    for (const auto& learned : task.from_real) scores("real", learned);
    for (const auto& sample : evaluation.samples)
      for (const auto& learned : sample.learned) scores(sample.name, learned);
    left("always the more frequent answer", 44);
    cell(shown(0.5));
    cell(shown(task.positive_share));
    cell(shown(task.majority_accuracy));
    out_ << "\n";
  }

  const schema::Schema& schema_;
  std::ostringstream out_;
};

}  // namespace

std::string to_text(const Evaluation& evaluation, const schema::Schema& schema) {
  return Text(schema).write(evaluation);
}

}  // namespace fedloom::evaluate
