// How a mixture becomes blocks: attributes that are tied together, with the combinations of their codes.

#include <algorithm>
#include <map>
#include <numeric>

#include "fedloom/base/error.hpp"
#include "fedloom/model/tilted.hpp"
#include "model/tilted_base.hpp"

namespace fedloom::model {
namespace {

constexpr int kOneWayPasses = 30;
constexpr double kNearOneWay = 1e-4, kMostWork = 2e9;
constexpr std::uint64_t kMostCells = std::uint64_t{1} << 27;  // components × combinations: half a GiB of floats

[[noreturn]] void refuse(const std::string& what, const std::string& remedy) { throw ConfigError({}, what, remedy); }

std::string names_of(const schema::Domain& domain, const std::vector<std::uint32_t>& attributes) {
  std::string names;
  for (const std::uint32_t i : attributes) names.append(names.empty() ? "" : ", ").append(domain.name(i));
  return names;
}

/// Sets of attributes, joined where they share one; each attribute is in one.
std::vector<std::vector<std::uint32_t>> joined(std::size_t attributes,
                                               const std::vector<std::vector<std::uint32_t>>& sets) {
  std::vector<std::uint32_t> leader(attributes);
  std::iota(leader.begin(), leader.end(), 0U);
  for (const auto& set : sets) {
    for (const std::uint32_t attribute : set) {
      const std::uint32_t old = leader[attribute], kept = leader[set.front()];
      std::replace(leader.begin(), leader.end(), old, kept);
    }
  }
  std::map<std::uint32_t, std::vector<std::uint32_t>> by_leader;
  for (std::uint32_t i = 0; i < attributes; ++i) by_leader[leader[i]].push_back(i);
  std::vector<std::vector<std::uint32_t>> out;
  for (auto& [first, members] : by_leader) out.push_back(std::move(members));
  return out;
}

}  // namespace

Tilted::Base::Base(const Generator& generator)
    : bins(generator.domain()),
      expansion(generator.expansion()),
      components(generator.components()),
      probabilities(generator.probabilities()) {
  const schema::Domain& codes = fine();
  for (std::uint32_t i = 0; i < codes.dimensions(); ++i) {
    bin_of.push_back(expansion.coarsening().bins_of(i, codes.size(i)));
    share.emplace_back(codes.size(i), 1.0);
  }
  for (std::size_t k = 0; k < expansion.shares().size(); ++k) {
    share[expansion.coarsening().axes()[k].attribute] = expansion.shares()[k];
  }
}

Tilted::Tilted(const Generator& generator, const schema::Constraints& constraints, const Sets& together)
    : base_(std::make_shared<const Base>(generator)) {
  Sets sets = constraints.groups();
  sets.insert(sets.end(), together.begin(), together.end());
  build(sets, [&](const auto& group, const auto& use) { return constraints.combinations(group, use); });
}

Tilted::Tilted(const Generator& generator, const schema::Schema& schema, const Sets& together)
    : base_(std::make_shared<const Base>(generator)) {
  const schema::Coherence& coherence = schema.coherence();
  Sets sets = coherence.groups();
  sets.insert(sets.end(), together.begin(), together.end());
  loose_.resize(domain().dimensions());
  for (std::uint32_t i = 0; i < loose_.size(); ++i) loose_[i] = coherence.loose(i);
  try {
    build(sets, [&](const auto& group, const auto& use) { return coherence.combinations(group, use); });
    keep_one_ways(generator, coherence);
  } catch (const ConfigError&) {
    if (coherence.groups() == schema.constraints().groups()) throw;
    // What is computed follows when rows are written all the same.
    *this = Tilted(generator, schema.constraints(), together);
    loose_.resize(domain().dimensions());
    for (std::uint32_t i = 0; i < loose_.size(); ++i) loose_[i] = coherence.computed(i);
  }
}

void Tilted::build(const Sets& sets, const Combinations& combinations) {
  for (auto& attributes : joined(base_->fine().dimensions(), sets)) {
    blocks_.push_back(block_of(std::move(attributes), combinations));
    add_up(blocks_.back());
  }
  const std::vector<double> all = masses();
  base_mass_ = std::accumulate(all.begin(), all.end(), 0.0);
  if (!(base_mass_ > 0)) {
    refuse("the model gives no probability to any row that keeps the schema's constraints",
           "check the constraints against the columns' real values");
  }
}

/// Numbers that hang together leave out most of what a product gives: without this the distributions of all attributes
/// would be drawn towards the components that give most to what is left.
void Tilted::keep_one_ways(const Generator& generator, const schema::Coherence& coherence) {
  for (Block& block : blocks_) {
    const auto tied = [&](std::uint32_t attribute) { return coherence.computed(attribute) && !loose(attribute); };
    if (std::none_of(block.attributes.begin(), block.attributes.end(), tied)) continue;
    std::vector<Margin> margins;
    std::vector<std::vector<std::size_t>> cells;
    for (std::size_t k = 0; k < block.attributes.size(); ++k) {
      std::vector<double> share = generator.one_way_of_rows(block.attributes[k]);
      std::vector<bool> possible(share.size());
      for (std::size_t at = 0; at < block.combinations(); ++at) {
        possible[block.codes[at * block.attributes.size() + k]] = true;
      }
      double sum = 0;
      for (std::size_t code = 0; code < share.size(); ++code) sum += possible[code] ? share[code] : 0;
      Margin margin{{block.attributes[k]}, {}};
      for (std::uint32_t code = 0; code < share.size(); ++code) {
        margin.cells.push_back({{{code}}, possible[code] && sum > 0 ? share[code] / sum : 0});
      }
      cells.push_back(cells_of(block, margin));
      margins.push_back(std::move(margin));
    }
    block.whole = block.norm;
    const double work = static_cast<double>(block.cells()) * base_->components * static_cast<double>(margins.size());
    const int passes = std::clamp(static_cast<int>(kMostWork / work), 1, kOneWayPasses);
    double worst = 1;
    for (int pass = 0; pass < passes && worst > kNearOneWay; ++pass) {
      worst = 0;
      for (std::size_t k = 0; k < margins.size(); ++k) {
        worst = std::max(worst, fit(margins[k], cells[k]));
        block.whole = block.norm;
      }
    }
  }
  const std::vector<double> all = masses();
  base_mass_ = std::accumulate(all.begin(), all.end(), 0.0);
}

Tilted::Block Tilted::block_of(std::vector<std::uint32_t> attributes, const Combinations& combinations) const {
  Block block{std::move(attributes), {}, {}, {}, {}, {}};
  std::map<std::vector<std::uint32_t>, std::uint32_t> cells;
  std::vector<std::uint32_t> bins(block.attributes.size());
  const auto add = [&](std::span<const std::uint32_t> codes) {
    double share = 1;
    for (std::size_t k = 0; k < codes.size(); ++k) {
      const std::uint32_t attribute = block.attributes[k];
      bins[k] = base_->bin_of[attribute][codes[k]];
      share *= base_->share[attribute][codes[k]];
    }
    const auto [cell, fresh] = cells.emplace(bins, static_cast<std::uint32_t>(cells.size()));
    if (fresh) block.bins.insert(block.bins.end(), bins.begin(), bins.end());
    block.codes.insert(block.codes.end(), codes.begin(), codes.end());
    block.factor.push_back(share);
    block.cell.push_back(cell->second);
  };
  if (block.attributes.size() == 1) {
    // A code's cell is its bin, as everywhere else.
    const std::uint32_t attribute = block.attributes.front();
    for (std::uint32_t bin = 0; bin < base_->bins.size(attribute); ++bin) {
      cells.emplace(std::vector{bin}, bin);
      block.bins.push_back(bin);
    }
    for (std::uint32_t code = 0; code < domain().size(attribute); ++code) add({&code, 1});
    return block;
  }
  const bool all = combinations(block.attributes, add);
  if (!all || std::uint64_t{base_->components} * block.cells() > kMostCells) {
    refuse("the columns " + names_of(domain(), block.attributes) + " have too many combinations to be drawn together",
           "give them coarser bins, or tie fewer of them together");
  }
  return block;
}

}  // namespace fedloom::model
