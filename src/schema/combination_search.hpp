#pragma once
// Codes that may stand together, by depth-first search: what is broken by the first few attributes is not looked at any
// further, and a code that follows from others is not searched for.

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

#include "fedloom/schema/constraint.hpp"

namespace fedloom::schema {

/// What is asked of combinations beyond the constraints.
struct CodeRules {
  struct Rule {
    std::uint32_t to = 0;
    std::vector<std::uint32_t> from;
    /// Codes that `to` may have beside the codes of `from` in a row, ascending; replaces `codes`.
    std::function<void(std::span<const std::uint32_t> row, std::vector<std::uint32_t>& codes)> codes;
  };
  std::vector<Rule> rules;
  /// The last word on a whole combination, in a row of all attributes; none: all are taken.
  std::function<bool(std::span<const std::uint32_t> row)> accept;
  /// Asked now and then: gives up the search. None: never.
  std::function<bool()> enough;
};

class CombinationSearch {
 public:
  using Use = std::function<void(std::span<const std::uint32_t>)>;
  /// `sizes`: of all attributes. Keeps references.
  CombinationSearch(const Constraints& constraints, std::span<const std::uint32_t> group,
                    const std::vector<std::uint32_t>& sizes, const CodeRules& rules);
  /// Hands out the codes of the group, in its order. False: more than `most_steps`, or enough; not all were handed out.
  bool run(const Use& use, std::uint64_t most_steps = Constraints::most_steps);
  std::uint64_t steps() const noexcept { return steps_; }  ///< of run()

 private:
  void put_in_order();
  const Determines* determines(std::uint32_t attribute) const;
  bool is_set(const std::vector<std::uint32_t>& attributes) const;
  /// `given`: the rule that the codes come from, which they need not be held against again.
  std::vector<std::uint32_t> codes_of(std::uint32_t attribute, const CodeRules::Rule*& given) const;
  bool keeps_rules(std::uint32_t attribute, const CodeRules::Rule* given) const;
  bool from(std::size_t depth, const Use& use);

  const Constraints& constraints_;
  std::span<const std::uint32_t> group_;
  const std::vector<std::uint32_t>& sizes_;
  const CodeRules& rules_;
  std::unordered_map<std::uint32_t, const CodeRules::Rule*> rule_to_;
  std::unordered_map<std::uint32_t, std::vector<const CodeRules::Rule*>> rules_with_;
  std::vector<std::uint32_t> row_, order_, codes_;
  std::uint64_t steps_ = 0, most_steps_ = 0;
};

}  // namespace fedloom::schema
