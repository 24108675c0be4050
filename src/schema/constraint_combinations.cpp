// Which codes of attributes that constraints tie together are allowed.

#include <stdexcept>

#include "combination_search.hpp"

namespace fedloom::schema {

bool Constraints::combinations(std::span<const std::uint32_t> group,
                               const std::function<void(std::span<const std::uint32_t>)>& use) const {
  for (const std::uint32_t attribute : group) {
    if (attribute >= sizes_.size()) throw std::invalid_argument("these constraints are of other attributes");
  }
  const CodeRules none;
  return CombinationSearch(*this, group, sizes_, none).run(use);
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
