#include "count_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace fedloom::measure {
namespace {

using schema::Marginal;

/// Bitmaps of more values would cost more than they bring.
constexpr std::uint32_t most_bitmaps = 128;
/// A common value must spare at least this part of the rows.
constexpr double most_off_common = 0.7;
/// Marginals that cost less than so many nanoseconds a row by themselves are kept out of joints: rough shares of a pass
/// over the rows that a marginal has in a joint. The plan of least cost is taken.
constexpr double shares_of_joint[] = {0.02, 0.12};

struct ColumnFacts {
  std::uint32_t size = 0;
  std::uint32_t common = 0;
  double off_common = 1;  ///< part of the rows
};

/// From 16 stretches of rows.
ColumnFacts facts_of(const data::Table& table, std::uint32_t attribute) {
  constexpr std::size_t stretches = 16, length = 128;
  ColumnFacts facts{.size = table.domain().size(attribute)};
  std::vector<std::size_t> counts(facts.size <= max_indexed_size ? facts.size : 0);
  if (counts.empty()) return facts;
  std::size_t seen = 0;
  std::visit(
      [&](const auto& codes) {
        for (std::size_t s = 0; s < stretches; ++s) {
          const auto from = codes.size() * s / stretches;
          const auto to = std::min(codes.size() * (s + 1) / stretches, from + length);
          for (auto i = from; i < to; ++i) ++counts[codes[i]];
          seen += to - from;
        }
      },
      table.column(attribute));
  const auto most = std::max_element(counts.begin(), counts.end());
  facts.common = static_cast<std::uint32_t>(most - counts.begin());
  if (seen > 0) facts.off_common = 1 - static_cast<double>(*most) / static_cast<double>(seen);
  return facts;
}

struct Choice {
  Solo::Way way = Solo::Way::direct;
  std::size_t side = 0;
  double cost = 0;  ///< rough nanoseconds
};

class Chooser {
 public:
  Chooser(const data::Table& table, Isa isa) : table_(table), isa_(isa), facts_(table.domain().dimensions()) {}

  Choice best(const Marginal& marginal) {
    auto best = direct(marginal);
    const auto consider = [&](const Choice& choice) {
      if (choice.cost < best.cost) best = choice;
    };
    if (marginal.degree() >= 2) consider(bits(marginal));
    if (marginal.degree() == 2)
      for (std::size_t side = 0; side < 2; ++side) consider(off_common(marginal, side));
    return best;
  }
  const ColumnFacts& facts(std::uint32_t attribute) {
    auto& facts = facts_[attribute];
    if (facts.size == 0) facts = facts_of(table_, attribute);
    return facts;
  }

 private:
  static constexpr double never = 1e300;
  double rows() const { return static_cast<double>(table_.rows()); }

  Choice direct(const Marginal& marginal) const {
    const auto cells = marginal.cells(table_.domain());
    double row = 0.9 + 0.1 * static_cast<double>(marginal.degree());
    if (cells > (1U << 12)) row += 0.3;
    if (cells > (1U << 17)) row += 2;  // outgrow the second-level cache
    return {.way = Solo::Way::direct, .cost = row * rows()};
  }
  Choice bits(const Marginal& marginal) {
    double cells = 1, masks = 0;
    for (std::size_t k = 0; k < marginal.degree(); ++k) {
      const auto size = facts(marginal[k]).size;
      if (size > most_bitmaps) return {.cost = never};
      const bool spares_one = marginal.degree() == 2 || k + 1 == marginal.degree();
      if (k == 1) masks = cells * size;
      cells *= spares_one && size > 1 ? size - 1 : size;
    }
    if (marginal.degree() == 3) cells += masks;
    const double lanes = rows() / lane_rows + 1;
    return {.way = Solo::Way::bits, .cost = 150 + cells * (15 + lanes * lane_cost(isa_))};
  }
  Choice off_common(const Marginal& marginal, std::size_t side) {
    const auto& own = facts(marginal[side]);
    const auto& other = facts(marginal[1 - side]);
    if (own.off_common > most_off_common || own.size > max_indexed_size || other.size > max_indexed_size)
      return {.cost = never};
    const double blocks = rows() / index_rows + 1;
    return {.way = Solo::Way::off_common,
            .side = side,
            .cost = 1.8 * own.off_common * rows() + blocks * (60 + 0.5 * other.size)};
  }

  const data::Table& table_;
  Isa isa_;
  std::vector<ColumnFacts> facts_;
};

class Planner {
 public:
  Planner(const data::Table& table, const std::vector<Marginal>& marginals, Isa isa)
      : table_(table), marginals_(marginals), chooser_(table, isa) {
    for (const auto& marginal : marginals) choices_.push_back(chooser_.best(marginal));
  }

  /// How many marginals would be kept out of joints.
  std::size_t cheaper_than(double share) const {
    return static_cast<std::size_t>(std::count_if(choices_.begin(), choices_.end(), [&](const Choice& choice) {
      return choice.cost < share * static_cast<double>(table_.rows());
    }));
  }

  /// A plan and its cost.
  std::pair<CountPlan, double> plan(double share) {
    CountPlan plan;
    double cost = 0;
    std::vector<JointWish> open;
    std::vector<std::size_t> place;
    for (std::size_t k = 0; k < marginals_.size(); ++k) {
      if (choices_[k].cost < share * static_cast<double>(table_.rows())) {
        plan.solos.push_back(solo(k));
        cost += choices_[k].cost;
      } else {
        open.push_back({marginals_[k], choices_[k].cost});
        place.push_back(k);
      }
    }
    for (auto& joint : plan_joints(open, table_.domain(), table_.rows())) {
      double alone = 0;
      for (auto& covered : joint.covers) {
        alone += open[covered].alone;
        covered = place[covered];
      }
      const double together = joint_cost(joint.cells, joint.attributes.size(), table_.rows());
      cost += std::min(alone, together);
      if (together < alone)
        plan.joints.push_back(std::move(joint));
      else
        for (const auto covered : joint.covers) plan.solos.push_back(solo(covered));
    }
    std::sort(plan.solos.begin(), plan.solos.end(),
              [](const Solo& a, const Solo& b) { return a.marginal < b.marginal; });
    plan.indexes = indexes_of(plan.solos);
    for (const auto& wish : plan.indexes) cost += index_cost(wish);
    return {std::move(plan), cost};
  }

 private:
  Solo solo(std::size_t k) const { return {.marginal = k, .way = choices_[k].way, .side = choices_[k].side}; }

  std::vector<IndexWish> indexes_of(const std::vector<Solo>& solos) {
    std::map<std::uint32_t, IndexWish> wishes;
    for (const auto& solo : solos) {
      if (solo.way == Solo::Way::direct) continue;
      const auto& marginal = marginals_[solo.marginal];
      for (std::size_t k = 0; k < marginal.degree(); ++k) {
        auto& wish = wishes[marginal[k]];
        wish.attribute = marginal[k];
        wish.common = chooser_.facts(marginal[k]).common;
        wish.bits |= solo.way == Solo::Way::bits;
        wish.off_common |= solo.way == Solo::Way::off_common && k == solo.side;
      }
    }
    std::vector<IndexWish> all;
    for (const auto& [attribute, wish] : wishes) all.push_back(wish);
    return all;
  }
  double index_cost(const IndexWish& wish) const {
    const double size = table_.domain().size(wish.attribute);
    const double row = 0.3 + (wish.bits ? std::min(1.0, 0.02 * size) : 0) + (wish.off_common ? 0.8 : 0);
    return row * static_cast<double>(table_.rows());
  }

  const data::Table& table_;
  const std::vector<Marginal>& marginals_;
  Chooser chooser_;
  std::vector<Choice> choices_;
};

}  // namespace

CountPlan plan_counts(const data::Table& table, const std::vector<Marginal>& marginals, Isa isa) {
  Planner planner(table, marginals, isa);
  std::optional<CountPlan> best;
  double least = 0;
  std::size_t alone = marginals.size() + 1;
  for (const auto share : shares_of_joint) {
    const auto now = planner.cheaper_than(share);
    if (std::exchange(alone, now) == now) continue;  // the same marginals alone make the same plan
    auto [plan, cost] = planner.plan(share);
    if (best && cost >= least) continue;
    best = std::move(plan);
    least = cost;
  }
  return std::move(*best);
}

}  // namespace fedloom::measure
