#include "combination_search.hpp"

#include <algorithm>
#include <numeric>

namespace fedloom::schema {

CombinationSearch::CombinationSearch(const Constraints& constraints, std::span<const std::uint32_t> group,
                                     const std::vector<std::uint32_t>& sizes, const CodeRules& rules)
    : constraints_(constraints),
      group_(group),
      sizes_(sizes),
      rules_(rules),
      row_(sizes.size(), Constraints::unset),
      codes_(group.size()) {
  for (const CodeRules::Rule& rule : rules_.rules) {
    rule_to_.emplace(rule.to, &rule);
    rules_with_[rule.to].push_back(&rule);
    for (const std::uint32_t source : rule.from) rules_with_[source].push_back(&rule);
  }
  put_in_order();
}

bool CombinationSearch::run(const Use& use, std::uint64_t most_steps) {
  steps_ = 0;
  most_steps_ = most_steps;
  return from(0, use);
}

const Determines* CombinationSearch::determines(std::uint32_t attribute) const {
  for (const Constraint& constraint : constraints_.list()) {
    const auto* rule = std::get_if<Determines>(&constraint.rule);
    if (rule != nullptr && rule->to == attribute) return rule;
  }
  return nullptr;
}

/// What others follow from goes first.
void CombinationSearch::put_in_order() {
  std::vector<std::uint32_t> left(group_.begin(), group_.end());
  const auto placed = [&](std::uint32_t a) { return std::find(left.begin(), left.end(), a) == left.end(); };
  const auto ready = [&](std::uint32_t attribute) {
    const Determines* fixed = determines(attribute);
    if (fixed != nullptr && !placed(fixed->from)) return false;
    const auto rule = rule_to_.find(attribute);
    return rule == rule_to_.end() || std::all_of(rule->second->from.begin(), rule->second->from.end(), placed);
  };
  while (!left.empty()) {
    auto next = std::find_if(left.begin(), left.end(), ready);
    if (next == left.end()) next = left.begin();  // a circle
    order_.push_back(*next);
    left.erase(next);
  }
}

bool CombinationSearch::is_set(const std::vector<std::uint32_t>& attributes) const {
  return std::all_of(attributes.begin(), attributes.end(),
                     [&](std::uint32_t a) { return row_[a] != Constraints::unset; });
}

std::vector<std::uint32_t> CombinationSearch::codes_of(std::uint32_t attribute, const CodeRules::Rule*& given) const {
  const Determines* fixed = determines(attribute);
  if (fixed != nullptr && row_[fixed->from] != Constraints::unset) {
    const std::uint32_t code = fixed->table[row_[fixed->from]];
    if (code != Determines::any) return {code};
  }
  std::vector<std::uint32_t> codes;
  const auto rule = rule_to_.find(attribute);
  if (rule != rule_to_.end() && is_set(rule->second->from)) {
    given = rule->second;
    given->codes(row_, codes);
    return codes;
  }
  codes.resize(sizes_[attribute]);
  std::iota(codes.begin(), codes.end(), 0U);
  return codes;
}

/// The rules that this attribute was the last to be known of.
bool CombinationSearch::keeps_rules(std::uint32_t attribute, const CodeRules::Rule* given) const {
  const auto named = rules_with_.find(attribute);
  if (named == rules_with_.end()) return true;
  std::vector<std::uint32_t> codes;
  for (const CodeRules::Rule* rule : named->second) {
    if (rule == given || row_[rule->to] == Constraints::unset || !is_set(rule->from)) continue;
    rule->codes(row_, codes);
    if (!std::binary_search(codes.begin(), codes.end(), row_[rule->to])) return false;
  }
  return true;
}

bool CombinationSearch::from(std::size_t depth, const Use& use) {
  if (depth == order_.size()) {
    if (!rules_.accept || rules_.accept(row_)) {
      for (std::size_t k = 0; k < group_.size(); ++k) codes_[k] = row_[group_[k]];
      use(codes_);
    }
    return !rules_.enough || !rules_.enough();
  }
  const std::uint32_t attribute = order_[depth];
  const CodeRules::Rule* given = nullptr;
  const std::vector<std::uint32_t> codes = codes_of(attribute, given);
  steps_ += codes.size();
  if (steps_ > most_steps_) return false;
  for (const std::uint32_t code : codes) {
    row_[attribute] = code;
    if (!constraints_.allow(row_) || !keeps_rules(attribute, given)) continue;
    if (!from(depth + 1, use)) return false;
  }
  row_[attribute] = Constraints::unset;
  return true;
}

}  // namespace fedloom::schema
