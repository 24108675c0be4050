#include "classifier_scores.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace fedloom::evaluate {
namespace {

bool says_yes(double probability) { return probability >= 0.5; }

/// Calls use(ones, zeros) for each distinct probability, from the largest down.
template <class Use>
void for_each_threshold(const std::vector<double>& probabilities, const Labels& labels, const Use& use) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return probabilities[a] > probabilities[b]; });
  for (std::size_t k = 0; k < order.size();) {
    const double here = probabilities[order[k]];
    double ones = 0, zeros = 0;
    for (; k < order.size() && probabilities[order[k]] == here; ++k) (labels[order[k]] != 0 ? ones : zeros) += 1;
    use(ones, zeros);
  }
}

double count_of(const Labels& labels, std::uint8_t label) {
  return static_cast<double>(std::count(labels.begin(), labels.end(), label));
}

/// Largest share less the least; 0 with fewer than two.
double spread(const std::vector<double>& shares) {
  if (shares.size() < 2) return 0;
  const auto [least, most] = std::minmax_element(shares.begin(), shares.end());
  return *most - *least;
}

}  // namespace

double auroc(const std::vector<double>& probabilities, const Labels& labels) {
  const double ones = count_of(labels, 1), zeros = count_of(labels, 0);
  if (ones == 0 || zeros == 0) return undefined;
  double ones_above = 0, won = 0;
  for_each_threshold(probabilities, labels, [&](double here, double others) {
    won += others * (ones_above + here / 2);
    ones_above += here;
  });
  return won / ones / zeros;
}

double auprc(const std::vector<double>& probabilities, const Labels& labels) {
  const double ones = count_of(labels, 1);
  if (ones == 0) return undefined;
  double found = 0, said = 0, sum = 0;
  for_each_threshold(probabilities, labels, [&](double here, double others) {
    found += here;
    said += here + others;
    sum += here / ones * (found / said);
  });
  return sum;
}

double accuracy(const std::vector<double>& probabilities, const Labels& labels) {
  double right = 0;
  for (std::size_t k = 0; k < labels.size(); ++k) right += says_yes(probabilities[k]) == (labels[k] != 0);
  return right / static_cast<double>(labels.size());
}

FairnessGap fairness_gap(const std::vector<double>& probabilities, const Labels& labels,
                         const std::vector<std::uint32_t>& groups) {
  struct Group {
    std::size_t rows = 0, yes = 0, ones = 0, found = 0;
  };
  std::map<std::uint32_t, Group> by_code;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    Group& group = by_code[groups[k]];
    const bool yes = says_yes(probabilities[k]);
    ++group.rows;
    group.yes += yes;
    group.ones += labels[k];
    group.found += yes && labels[k] != 0;
  }
  const auto share = [](std::size_t part, std::size_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
  };
  std::vector<double> yes, found;
  for (const auto& [code, group] : by_code) {
    if (group.rows >= least_group_rows) yes.push_back(share(group.yes, group.rows));
    if (group.ones >= least_group_rows) found.push_back(share(group.found, group.ones));
  }
  FairnessGap gap;
  gap.demographic_parity = spread(yes);
  gap.equal_opportunity = spread(found);
  gap.groups = yes.size();
  return gap;
}

}  // namespace fedloom::evaluate
