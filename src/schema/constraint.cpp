#include "fedloom/schema/constraint.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "number_system.hpp"

namespace fedloom::schema {
namespace {

bool known(std::uint32_t code) { return code != Constraints::unset; }

bool broken(const Never& never, std::span<const std::uint32_t> row) {
  return std::all_of(never.parts.begin(), never.parts.end(), [&](const Never::Part& part) {
    return std::find(part.codes.begin(), part.codes.end(), row[part.attribute]) != part.codes.end();
  });
}

bool broken(const Determines& rule, std::span<const std::uint32_t> row) {
  const std::uint32_t from = row[rule.from], to = row[rule.to];
  return known(from) && known(to) && rule.table[from] != Determines::any && rule.table[from] != to;
}

void check_codes(const Constraint& constraint, const std::vector<std::uint32_t>& sizes) {
  const auto check = [&](std::uint32_t attribute, std::uint32_t code) {
    if (code >= sizes[attribute]) throw std::invalid_argument("a constraint names a code that its attribute lacks");
  };
  if (const auto* never = std::get_if<Never>(&constraint.rule)) {
    for (const Never::Part& part : never->parts) {
      for (const std::uint32_t code : part.codes) check(part.attribute, code);
    }
  }
  if (const auto* rule = std::get_if<Determines>(&constraint.rule)) {
    if (rule->table.size() != sizes[rule->from]) throw std::invalid_argument("a table of what follows has gaps");
    for (const std::uint32_t code : rule->table) {
      if (code != Determines::any) check(rule->to, code);
    }
  }
}

}  // namespace

std::vector<std::uint32_t> Constraint::attributes() const {
  struct Named {
    std::vector<std::uint32_t> operator()(const Never& never) const {
      std::vector<std::uint32_t> out;
      for (const Never::Part& part : never.parts) out.push_back(part.attribute);
      return out;
    }
    std::vector<std::uint32_t> operator()(const Determines& rule) const { return {rule.from, rule.to}; }
    std::vector<std::uint32_t> operator()(const Less& less) const { return {less.low, less.high}; }
    std::vector<std::uint32_t> operator()(const Sum& sum) const {
      std::vector<std::uint32_t> out = sum.parts;
      out.push_back(sum.total);
      return out;
    }
  };
  return std::visit(Named{}, rule);
}

std::optional<Constraint> Constraint::moved(std::span<const std::uint32_t> place) const {
  for (const std::uint32_t attribute : attributes()) {
    if (place[attribute] == Constraints::unset) return std::nullopt;
  }
  struct Move {
    std::span<const std::uint32_t> place;
    void operator()(Never& never) const {
      for (Never::Part& part : never.parts) part.attribute = place[part.attribute];
    }
    void operator()(Determines& rule) const {
      rule.from = place[rule.from];
      rule.to = place[rule.to];
    }
    void operator()(Less& less) const {
      less.low = place[less.low];
      less.high = place[less.high];
    }
    void operator()(Sum& sum) const {
      for (std::uint32_t& part : sum.parts) part = place[part];
      sum.total = place[sum.total];
    }
  };
  Constraint out = *this;
  std::visit(Move{place}, out.rule);
  return out;
}

void Constraint::add_to(FieldHasher& hasher) const {
  const auto list = [&](const std::vector<std::uint32_t>& numbers) {
    hasher.field(numbers.size());
    for (const std::uint32_t number : numbers) hasher.field(std::uint64_t{number});
  };
  hasher.field(std::uint64_t{rule.index()});
  list(attributes());
  if (const auto* never = std::get_if<Never>(&rule)) {
    for (const Never::Part& part : never->parts) list(part.codes);
  }
  if (const auto* determines = std::get_if<Determines>(&rule)) list(determines->table);
  if (const auto* less = std::get_if<Less>(&rule)) hasher.field(std::uint64_t{less->strict});
}

Constraints::Constraints(const std::vector<Attribute>& attributes, std::vector<Constraint> list)
    : list_(std::move(list)) {
  for (const Attribute& attribute : attributes) {
    sizes_.push_back(attribute.size());
    names_.push_back(attribute.name);
  }
  for (const Constraint& constraint : list_) {
    std::vector<std::uint32_t> named = constraint.attributes();
    std::sort(named.begin(), named.end());
    if (named.size() < 2) throw std::invalid_argument("a constraint needs two columns at least");
    if (named.back() >= sizes_.size()) throw std::invalid_argument("a constraint names an attribute that is not there");
    const auto twice = std::adjacent_find(named.begin(), named.end());
    if (twice != named.end())
      throw std::invalid_argument("a constraint names the attribute '" + names_[*twice] + "' twice");
    check_codes(constraint, sizes_);
  }
  build_groups();
  build_systems(attributes);
}

void Constraints::build_groups() {
  std::vector<std::uint32_t> leader(sizes_.size());
  std::iota(leader.begin(), leader.end(), 0U);
  std::vector<bool> tied(sizes_.size());
  for (const Constraint& constraint : list_) {
    const std::vector<std::uint32_t> named = constraint.attributes();
    for (const std::uint32_t attribute : named) {
      tied[attribute] = true;
      const std::uint32_t old = leader[attribute], kept = leader[named.front()];
      std::replace(leader.begin(), leader.end(), old, kept);
    }
  }
  for (std::uint32_t first = 0; first < sizes_.size(); ++first) {
    std::vector<std::uint32_t> group;
    for (std::uint32_t i = 0; i < sizes_.size(); ++i) {
      if (tied[i] && leader[i] == first) group.push_back(i);
    }
    if (!group.empty()) groups_.push_back(std::move(group));
  }
  std::sort(groups_.begin(), groups_.end());
}

void Constraints::build_systems(const std::vector<Attribute>& attributes) {
  std::vector<NumberSystem> systems;
  std::vector<std::uint32_t> counted(sizes_.size());
  for (std::size_t k = 0; k < list_.size(); ++k) {
    if (const auto* sum = std::get_if<Sum>(&list_[k].rule)) {
      systems.emplace_back(attributes, *sum, k);
      for (const std::uint32_t i : list_[k].attributes()) ++counted[i];
    }
  }
  for (const auto& group : groups_) {
    std::vector<Less> inequalities;
    std::size_t first = list_.size();
    for (std::size_t k = 0; k < list_.size(); ++k) {
      const auto* less = std::get_if<Less>(&list_[k].rule);
      if (less == nullptr || !std::binary_search(group.begin(), group.end(), less->low)) continue;
      inequalities.push_back(*less);
      first = std::min(first, k);
    }
    if (inequalities.empty()) continue;
    systems.emplace_back(attributes, inequalities, first);
    for (const std::uint32_t i : group) counted[i] += systems.back().has(i) ? 1 : 0;
  }
  for (std::size_t i = 0; i < counted.size(); ++i) {
    if (counted[i] < 2) continue;
    throw std::invalid_argument("the attribute '" + names_[i] +
                                "' is in a sum and in another sum or inequality, which cannot be kept together");
  }
  if (!systems.empty()) systems_ = std::make_shared<const std::vector<NumberSystem>>(std::move(systems));
}

bool Constraints::breaks(const Constraint& constraint, std::span<const std::uint32_t> row) const {
  if (const auto* never = std::get_if<Never>(&constraint.rule)) return broken(*never, row);
  if (const auto* rule = std::get_if<Determines>(&constraint.rule)) return broken(*rule, row);
  const std::uint32_t member = constraint.attributes().front();
  const auto system =
      std::find_if(systems_->begin(), systems_->end(), [&](const NumberSystem& s) { return s.has(member); });
  if (const auto* less = std::get_if<Less>(&constraint.rule)) return !system->possible(*less, row);
  return !system->possible(row);
}

std::vector<std::size_t> Constraints::violations(std::span<const std::uint32_t> row) const {
  std::vector<std::size_t> out;
  for (std::size_t k = 0; k < list_.size(); ++k) {
    if (breaks(list_[k], row)) out.push_back(k);
  }
  if (!systems_ || !out.empty()) return out;
  for (const NumberSystem& system : *systems_) {
    if (!system.possible(row)) out.push_back(system.first());
  }
  return out;
}

bool Constraints::allow(std::span<const std::uint32_t> row) const {
  for (const Constraint& constraint : list_) {
    const auto* never = std::get_if<Never>(&constraint.rule);
    const auto* rule = std::get_if<Determines>(&constraint.rule);
    if ((never != nullptr && broken(*never, row)) || (rule != nullptr && broken(*rule, row))) return false;
  }
  return !systems_ || std::all_of(systems_->begin(), systems_->end(), [&](const auto& s) { return s.possible(row); });
}

void Constraints::place(std::span<const std::uint32_t> row, PublicStream& stream, std::vector<Placed>& out) const {
  out.clear();
  if (!systems_) return;
  for (const NumberSystem& system : *systems_) system.place(row, stream, out);
}

std::vector<std::vector<std::uint32_t>> Constraints::placed_together() const {
  std::vector<std::vector<std::uint32_t>> out;
  if (!systems_) return out;
  for (const NumberSystem& system : *systems_) out.push_back(system.attributes());
  return out;
}

void Constraints::place(std::size_t system, std::span<const std::uint32_t> row, PublicStream& stream,
                        std::vector<Placed>& out) const {
  systems_->at(system).place(row, stream, out);
}

bool Constraints::kept(std::size_t system, std::span<const double> numbers) const {
  return systems_->at(system).kept(numbers);
}

}  // namespace fedloom::schema
