// Allowed codes of attributes that constraints tie together, by depth-first search: what is broken by the first few
// attributes is not looked at any further, and a code that follows from another is not searched for.

#include <algorithm>
#include <stdexcept>

#include "fedloom/schema/constraint.hpp"

namespace fedloom::schema {
namespace {

class Search {
 public:
  Search(const Constraints& constraints, std::span<const std::uint32_t> group, const std::vector<std::uint32_t>& sizes,
         const std::function<void(std::span<const std::uint32_t>)>& use)
      : constraints_(constraints), group_(group), sizes_(sizes), use_(use), row_(sizes.size(), Constraints::unset) {
    put_in_order();
    codes_.resize(group.size());
  }

  /// False: too many steps.
  bool from(std::size_t depth) {
    if (depth == order_.size()) {
      for (std::size_t k = 0; k < group_.size(); ++k) codes_[k] = row_[group_[k]];
      use_(codes_);
      return true;
    }
    const std::uint32_t attribute = order_[depth];
    std::uint32_t first = 0, last = sizes_[attribute] - 1;
    if (const std::uint32_t code = code_that_follows(attribute); code != Determines::any) first = last = code;
    for (std::uint32_t code = first; code <= last; ++code) {
      if (++steps_ > Constraints::most_steps) return false;
      row_[attribute] = code;
      if (constraints_.allow(row_) && !from(depth + 1)) return false;
    }
    row_[attribute] = Constraints::unset;
    return true;
  }

 private:
  const Determines* rule_to(std::uint32_t attribute) const {
    for (const Constraint& constraint : constraints_.list()) {
      const auto* rule = std::get_if<Determines>(&constraint.rule);
      if (rule != nullptr && rule->to == attribute) return rule;
    }
    return nullptr;
  }

  /// What others follow from goes first.
  void put_in_order() {
    std::vector<std::uint32_t> follow;
    for (const std::uint32_t attribute : group_) (rule_to(attribute) == nullptr ? order_ : follow).push_back(attribute);
    order_.insert(order_.end(), follow.begin(), follow.end());
  }

  std::uint32_t code_that_follows(std::uint32_t attribute) const {
    const Determines* rule = rule_to(attribute);
    if (rule == nullptr || row_[rule->from] == Constraints::unset) return Determines::any;
    return rule->table[row_[rule->from]];
  }

  const Constraints& constraints_;
  std::span<const std::uint32_t> group_;
  const std::vector<std::uint32_t>& sizes_;
  const std::function<void(std::span<const std::uint32_t>)>& use_;
  std::vector<std::uint32_t> row_, order_, codes_;
  std::uint64_t steps_ = 0;
};

}  // namespace

bool Constraints::combinations(std::span<const std::uint32_t> group,
                               const std::function<void(std::span<const std::uint32_t>)>& use) const {
  for (const std::uint32_t attribute : group) {
    if (attribute >= sizes_.size()) throw std::invalid_argument("these constraints are of other attributes");
  }
  return Search(*this, group, sizes_, use).from(0);
}

void Constraints::require_possible() const {
  for (const std::vector<std::uint32_t>& group : groups_) {
    bool found = false;
    const bool all = combinations(group, [&](std::span<const std::uint32_t>) { found = true; });
    std::string names;
    for (const std::uint32_t i : group) names.append(names.empty() ? "" : ", ").append(names_[i]);
    if (!all) {
      throw std::invalid_argument("the constraints on " + names +
                                  " leave more than 8 million combinations to go through");
    }
    if (!found) throw std::invalid_argument("the constraints on " + names + " contradict one another");
  }
}

}  // namespace fedloom::schema
