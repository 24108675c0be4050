#pragma once

#include <map>
#include <unordered_map>

#include "combination_search.hpp"
#include "fedloom/schema/coherence.hpp"
#include "placing.hpp"

namespace fedloom::schema {

class Coherence::Impl {
 public:
  Impl(const std::vector<Attribute>& attributes, const Constraints& constraints);
  Impl(const Impl&) = delete;

  const std::vector<std::vector<std::uint32_t>>& groups() const noexcept { return groups_; }
  bool combinations(std::span<const std::uint32_t> group, const CombinationSearch::Use& use) const;
  bool computed(std::uint32_t attribute) const { return rule_to(attribute) != nullptr; }
  bool loose(std::uint32_t attribute) const;
  void settle(Row row, PublicStream& stream) const;

 private:
  using Rules = std::vector<std::size_t>;  ///< places in derivations_
  struct Witnesses;
  struct Work {
    std::uint64_t steps = 0, attempts = 0;  ///< at combinations; at numbers for them, by rule
  };

  const Derivation* rule_to(std::uint32_t attribute) const;
  void tie();
  bool can_tie(const Rules& tied, std::uint32_t attribute, Work& done) const;
  std::vector<std::vector<std::uint32_t>> joined(const Rules& tied) const;
  std::vector<Cluster> clusters(const Rules& rules) const;
  CodeRules code_rules(const Rules& rules, std::span<const std::uint32_t> group, Witnesses& witnesses) const;
  void codes_within(std::size_t rule, std::span<const std::uint32_t> row, std::vector<std::uint32_t>& out) const;
  void codes_of_part(std::size_t rule, std::uint32_t source_code, std::vector<std::uint32_t>& out) const;
  std::uint64_t seed_of(const Cluster& cluster, std::span<const std::uint32_t> row) const;
  bool witness(const Cluster& cluster, std::span<const std::uint32_t> row, Placing& placing,
               std::uint64_t& attempts) const;
  void take(const Cluster& cluster, Row row, Placing& placing) const;
  void place(const Cluster& cluster, Row row, Placing& placing, PublicStream& stream) const;
  void write(const Cluster& cluster, Row row, const Placing& placing) const;

  std::vector<Attribute> attributes_;
  Constraints constraints_;
  std::vector<std::uint32_t> sizes_;
  std::vector<Derivation> derivations_;
  PlacingRules rules_;
  Rules tied_;
  std::vector<std::vector<std::uint32_t>> groups_;
  std::vector<Cluster> all_;                   ///< of all derivations
  std::vector<std::vector<Cluster>> tied_of_;  ///< of those that are tied, by place in all_
};

}  // namespace fedloom::schema
