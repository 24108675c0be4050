// Which computed attributes are drawn together with what they are computed from.

#include "fedloom/schema/coherence.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "coherence_impl.hpp"
#include "lookup.hpp"

namespace fedloom::schema {
namespace {

using Kind = Origin::Kind;

// For one group, and for all that are tried: a stranger's schema may have thousands.
constexpr std::uint64_t most_steps = std::uint64_t{1} << 21, most_steps_in_all = std::uint64_t{1} << 25;
constexpr std::uint64_t most_attempts = std::uint64_t{1} << 20, most_attempts_in_all = std::uint64_t{1} << 22;
constexpr int most_failures = 16;  // each may take a second
constexpr int attempts_at_a_row = 256;

std::vector<std::uint32_t> attributes_of(const Derivation& rule) {
  std::vector<std::uint32_t> out = rule.from;
  out.push_back(rule.to);
  return out;
}

void join(std::vector<std::uint32_t>& leader, const std::vector<std::uint32_t>& attributes) {
  for (const std::uint32_t attribute : attributes) {
    const std::uint32_t old = leader[attribute], kept = leader[attributes.front()];
    std::replace(leader.begin(), leader.end(), old, kept);
  }
}

/// By their first attribute, each ascending; those that nothing is joined to are left out.
std::vector<std::vector<std::uint32_t>> sets_of(const std::vector<std::uint32_t>& leader) {
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_leader;
  for (std::uint32_t i = 0; i < leader.size(); ++i) by_leader[leader[i]].push_back(i);
  std::vector<std::vector<std::uint32_t>> out;
  for (auto& [first, members] : by_leader) {
    if (members.size() > 1) out.push_back(std::move(members));
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool includes(std::span<const std::uint32_t> set, const std::vector<std::uint32_t>& attributes) {
  return std::all_of(attributes.begin(), attributes.end(),
                     [&](std::uint32_t a) { return std::find(set.begin(), set.end(), a) != set.end(); });
}

std::vector<std::uint32_t> one_to_one(std::size_t attributes) {
  std::vector<std::uint32_t> leader(attributes);
  std::iota(leader.begin(), leader.end(), 0U);
  return leader;
}

}  // namespace

/// What was found out of combinations already, so that it is found out once.
struct Coherence::Impl::Witnesses {
  explicit Witnesses(const PlacingRules& rules) : placing(rules) {}
  Placing placing;
  std::vector<Cluster> clusters;
  std::unordered_map<std::uint64_t, bool> known;
  std::map<std::pair<std::size_t, std::uint32_t>, std::vector<std::uint32_t>> parts;
  std::uint64_t attempts = 0, found = 0;
};

Coherence::Impl::Impl(const std::vector<Attribute>& attributes, const Constraints& constraints)
    : attributes_(attributes),
      constraints_(constraints),
      derivations_(derivations(attributes_)),
      rules_{attributes_, constraints_, derivations_, constraints_.placed_together()} {
  for (const Attribute& attribute : attributes_) sizes_.push_back(attribute.size());
  tie();
  groups_ = joined(tied_);
  Rules every(derivations_.size());
  std::iota(every.begin(), every.end(), std::size_t{0});
  all_ = clusters(every);
  for (const Cluster& cluster : all_) {
    Rules own;
    for (const std::size_t rule : cluster.rules) {
      if (std::find(tied_.begin(), tied_.end(), rule) != tied_.end()) own.push_back(rule);
    }
    tied_of_.push_back(clusters(own));
  }
}

const Derivation* Coherence::Impl::rule_to(std::uint32_t attribute) const {
  const auto found = std::find_if(derivations_.begin(), derivations_.end(),
                                  [&](const Derivation& rule) { return rule.to == attribute; });
  return found == derivations_.end() ? nullptr : &*found;
}

bool Coherence::Impl::loose(std::uint32_t attribute) const {
  return computed(attribute) &&
         std::none_of(tied_.begin(), tied_.end(), [&](std::size_t rule) { return derivations_[rule].to == attribute; });
}

/// One after the other, as long as the combinations of all that hang together are few; the rest is loose once many
/// were tried in vain.
void Coherence::Impl::tie() {
  Work done;
  int failures = 0;
  for (std::size_t rule = 0; rule < derivations_.size() && failures < most_failures; ++rule) {
    if (done.steps > most_steps_in_all || done.attempts > most_attempts_in_all) return;
    Rules with = tied_;
    with.push_back(rule);
    if (can_tie(with, derivations_[rule].to, done)) {
      tied_ = std::move(with);
    } else {
      ++failures;
    }
  }
}

bool Coherence::Impl::can_tie(const Rules& tied, std::uint32_t attribute, Work& done) const {
  for (const auto& group : joined(tied)) {
    if (!includes(group, {attribute})) continue;
    Witnesses witnesses(rules_);
    CodeRules rules = code_rules(tied, group, witnesses);
    rules.enough = [&] { return witnesses.found > most_combinations || witnesses.attempts > most_attempts; };
    CombinationSearch search(constraints_, group, sizes_, rules);
    const bool all = search.run([&](std::span<const std::uint32_t>) { ++witnesses.found; }, most_steps);
    done.steps += search.steps();
    done.attempts += witnesses.attempts;
    return all && witnesses.found > 0;
  }
  return false;
}

std::vector<std::vector<std::uint32_t>> Coherence::Impl::joined(const Rules& tied) const {
  std::vector<std::uint32_t> leader = one_to_one(attributes_.size());
  for (const auto& group : constraints_.groups()) join(leader, group);
  for (const std::size_t rule : tied) join(leader, attributes_of(derivations_[rule]));
  return sets_of(leader);
}

std::vector<Cluster> Coherence::Impl::clusters(const Rules& rules) const {
  std::vector<std::uint32_t> leader = one_to_one(attributes_.size());
  for (const std::size_t rule : rules) join(leader, attributes_of(derivations_[rule]));
  for (const auto& system : rules_.systems) join(leader, system);
  std::vector<Cluster> out;
  for (const auto& set : sets_of(leader)) {
    Cluster cluster;
    for (const std::size_t rule : rules) {
      if (includes(set, {derivations_[rule].to})) cluster.rules.push_back(rule);
    }
    if (cluster.rules.empty()) continue;
    std::vector<std::uint32_t> placed;
    for (std::size_t k = 0; k < rules_.systems.size(); ++k) {
      if (!includes(set, rules_.systems[k])) continue;
      cluster.systems.push_back(k);
      placed.insert(placed.end(), rules_.systems[k].begin(), rules_.systems[k].end());
    }
    for (const std::size_t rule : cluster.rules) {
      for (const std::uint32_t source : derivations_[rule].from) {
        if (!includes(placed, {source}) && !includes(cluster.attributes, {source}))
          cluster.attributes.push_back(source);
      }
    }
    out.push_back(std::move(cluster));
  }
  return out;
}

CodeRules Coherence::Impl::code_rules(const Rules& rules, std::span<const std::uint32_t> group,
                                      Witnesses& witnesses) const {
  CodeRules out;
  Rules own;
  for (const std::size_t rule : rules) {
    const Derivation& derivation = derivations_[rule];
    if (!includes(group, attributes_of(derivation))) continue;
    own.push_back(rule);
    const auto codes = [this, rule, &witnesses](std::span<const std::uint32_t> row, std::vector<std::uint32_t>& list) {
      const Derivation& known = derivations_[rule];
      if (attributes_[known.to].origin.kind != Origin::Kind::part) return codes_within(rule, row, list);
      auto& parts = witnesses.parts[{rule, row[known.from.front()]}];
      if (parts.empty()) codes_of_part(rule, row[known.from.front()], parts);
      list = parts;
    };
    out.rules.push_back({derivation.to, derivation.from, codes});
  }
  witnesses.clusters = clusters(own);
  out.accept = [this, &witnesses](std::span<const std::uint32_t> row) {
    return std::all_of(witnesses.clusters.begin(), witnesses.clusters.end(), [&](const Cluster& cluster) {
      const auto [known, fresh] = witnesses.known.emplace(seed_of(cluster, row), false);
      if (fresh) known->second = witness(cluster, row, witnesses.placing, witnesses.attempts);
      return known->second;
    });
  };
  return out;
}

bool Coherence::Impl::combinations(std::span<const std::uint32_t> group, const CombinationSearch::Use& use) const {
  Witnesses witnesses(rules_);
  const CodeRules rules = code_rules(tied_, group, witnesses);
  return CombinationSearch(constraints_, group, sizes_, rules).run(use);
}

/// Of the codes that a cluster's numbers depend on (FNV-1a).
std::uint64_t Coherence::Impl::seed_of(const Cluster& cluster, std::span<const std::uint32_t> row) const {
  std::uint64_t seed = 14695981039346656037U;
  const auto add = [&](std::uint32_t attribute) {
    for (const std::uint64_t part : {std::uint64_t{attribute}, std::uint64_t{row[attribute]}}) {
      seed = (seed ^ part) * 1099511628211U;
      seed ^= seed >> 29;
    }
  };
  for (const std::uint32_t attribute : cluster.attributes) add(attribute);
  for (const std::size_t rule : cluster.rules) add(derivations_[rule].to);
  for (const std::size_t system : cluster.systems)
    std::for_each(rules_.systems[system].begin(), rules_.systems[system].end(), add);
  return seed;
}

/// Looks for numbers as it will do again when such a row is written: what was found once is found again.
bool Coherence::Impl::witness(const Cluster& cluster, std::span<const std::uint32_t> row, Placing& placing,
                              std::uint64_t& attempts) const {
  PublicStream stream(seed_of(cluster, row), "fedloom numbers of a combination");
  placing.start(row);
  bool hopeless = false;
  for (int k = 0; k < attempts_at_a_row && !hopeless; ++k) {
    attempts += cluster.rules.size();
    if (placing.attempt(cluster, stream, hopeless)) return true;
  }
  return false;
}

Coherence::Coherence(const std::vector<Attribute>& attributes, const Constraints& constraints)
    : impl_(std::make_shared<const Impl>(attributes, constraints)) {}

const std::vector<std::vector<std::uint32_t>>& Coherence::groups() const noexcept { return impl_->groups(); }
bool Coherence::combinations(std::span<const std::uint32_t> group,
                             const std::function<void(std::span<const std::uint32_t>)>& use) const {
  return impl_->combinations(group, use);
}
bool Coherence::computed(std::uint32_t attribute) const { return impl_->computed(attribute); }
bool Coherence::loose(std::uint32_t attribute) const { return impl_->loose(attribute); }
void Coherence::settle(Row row, PublicStream& stream) const { impl_->settle(row, stream); }

}  // namespace fedloom::schema
