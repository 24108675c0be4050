#include "fedloom/model/tilted.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "fedloom/base/error.hpp"
#include "model/tilted_base.hpp"

namespace fedloom::model {
namespace {

constexpr std::uint64_t kMostCells = std::uint64_t{1} << 27;  // components × combinations: half a GiB of floats
constexpr int kMostPasses = 300;
constexpr double kFitted = 1e-10;
constexpr double kSameShare = 1e-6;

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

Tilted::Tilted(const Generator& generator, const schema::Constraints& constraints,
               const std::vector<std::vector<std::uint32_t>>& together)
    : base_(std::make_shared<const Base>(generator)) {
  std::vector<std::vector<std::uint32_t>> sets = constraints.groups();
  sets.insert(sets.end(), together.begin(), together.end());
  for (auto& attributes : joined(base_->fine().dimensions(), sets)) {
    blocks_.push_back(block_of(std::move(attributes), constraints));
    add_up(blocks_.back());
  }
  const std::vector<double> all = masses();
  base_mass_ = std::accumulate(all.begin(), all.end(), 0.0);
  if (!(base_mass_ > 0)) {
    refuse("the model gives no probability to any row that keeps the schema's constraints",
           "check the constraints against the columns' real values");
  }
}

const schema::Domain& Tilted::domain() const noexcept { return base_->fine(); }

Tilted::Block Tilted::block_of(std::vector<std::uint32_t> attributes, const schema::Constraints& constraints) const {
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
  const bool all = constraints.combinations(block.attributes, add);
  if (!all || std::uint64_t{base_->components} * block.cells() > kMostCells) {
    refuse("the columns " + names_of(domain(), block.attributes) + " have too many combinations to be drawn together",
           "give them coarser bins, or tie fewer of them together");
  }
  return block;
}

std::vector<double> Tilted::cell_factors(const Block& block) const {
  std::vector<double> sums(block.cells(), 0.0);
  for (std::size_t k = 0; k < block.combinations(); ++k) sums[block.cell[k]] += block.factor[k];
  return sums;
}

double Tilted::cell_probability(const Block& block, std::size_t component, std::size_t cell) const {
  const float* p = base_->probabilities.data() + component * base_->bins.width();
  const std::size_t d = block.attributes.size();
  double product = 1;
  for (std::size_t k = 0; k < d; ++k) product *= p[base_->bins.offset(block.attributes[k]) + block.bins[cell * d + k]];
  return product;
}

void Tilted::add_up(Block& block) const {
  const std::vector<double> factors = cell_factors(block);
  block.norm.assign(base_->components, 0.0);
  for (std::size_t b = 0; b < block.norm.size(); ++b) {
    for (std::size_t cell = 0; cell < factors.size(); ++cell) {
      if (factors[cell] > 0) block.norm[b] += factors[cell] * cell_probability(block, b, cell);
    }
  }
}

/// By component: what is left of its weight.
std::vector<double> Tilted::masses() const {
  std::vector<double> out(base_->components, 1.0 / base_->components);
  for (const Block& block : blocks_) {
    for (std::size_t b = 0; b < out.size(); ++b) out[b] *= block.norm[b];
  }
  return out;
}

double Tilted::mass() const {
  const std::vector<double> all = masses();
  return std::accumulate(all.begin(), all.end(), 0.0) / base_mass_;
}

std::vector<double> Tilted::weights() const {
  std::vector<double> all = masses();
  const double total = std::accumulate(all.begin(), all.end(), 0.0);
  if (!(total > 0)) {
    refuse("the model gives no probability to any such row", "ask for a condition that the model's rows can have");
  }
  for (double& w : all) w /= total;
  return all;
}

double Tilted::effective_components() const {
  double squares = 0;
  for (const double w : weights()) squares += w * w;
  return 1 / squares;
}

void Tilted::where(std::uint32_t attribute, const std::vector<std::uint32_t>& codes) {
  std::vector<bool> wanted(domain().size(attribute));
  for (const std::uint32_t code : codes) {
    if (code >= wanted.size()) throw std::invalid_argument("a condition names a code that its attribute lacks");
    wanted[code] = true;
  }
  Block& block = block_with({attribute});
  const std::size_t d = block.attributes.size();
  const auto place = std::find(block.attributes.begin(), block.attributes.end(), attribute) - block.attributes.begin();
  for (std::size_t k = 0; k < block.combinations(); ++k) {
    if (!wanted[block.codes[k * d + static_cast<std::size_t>(place)]]) block.factor[k] = 0;
  }
  add_up(block);
  conditioned_ = true;
}

Tilted::Block& Tilted::block_with(const std::vector<std::uint32_t>& attributes) {
  const auto found = std::find_if(blocks_.begin(), blocks_.end(), [&](const Block& block) {
    return std::includes(block.attributes.begin(), block.attributes.end(), attributes.begin(), attributes.end());
  });
  if (found == blocks_.end()) throw std::invalid_argument("these attributes are not drawn together");
  return *found;
}

/// One step of the fitting: the block's factors are scaled so that this margin is met. Returns the largest difference
/// there was.
double Tilted::fit(const Margin& margin) {
  Block& block = block_with(margin.attributes);
  const std::vector<double> mass = masses();
  const double total = std::accumulate(mass.begin(), mass.end(), 0.0);
  // What the other blocks and the weight of each component give to a cell of this one.
  std::vector<double> by_cell(block.cells(), 0.0);
  for (std::size_t b = 0; b < mass.size(); ++b) {
    if (!(block.norm[b] > 0)) continue;
    const double others = mass[b] / block.norm[b] / total;
    for (std::size_t cell = 0; cell < by_cell.size(); ++cell)
      by_cell[cell] += others * cell_probability(block, b, cell);
  }
  const std::vector<std::size_t> cell = cells_of(block, margin);
  std::vector<double> there(margin.cells.size() + 1, 0.0);
  for (std::size_t k = 0; k < cell.size(); ++k) there[cell[k]] += block.factor[k] * by_cell[block.cell[k]];
  double worst = there.back();
  for (std::size_t c = 0; c < margin.cells.size(); ++c) {
    const double wanted = margin.cells[c].share;
    if (wanted > kSameShare && !(there[c] > 0)) {
      refuse("the model gives no probability to a value of " + names_of(domain(), margin.attributes) +
                 " that should have a share of the rows",
             "leave the value out, or give it the share 0");
    }
    worst = std::max(worst, std::abs(wanted - there[c]));
  }
  for (std::size_t k = 0; k < cell.size(); ++k) {
    const double wanted = cell[k] < margin.cells.size() ? margin.cells[cell[k]].share : 0;
    block.factor[k] = there[cell[k]] > 0 ? block.factor[k] * wanted / there[cell[k]] : 0;
  }
  add_up(block);
  return worst;
}

/// The margin's cell of each combination of a block; their number where it is in none.
std::vector<std::size_t> Tilted::cells_of(const Block& block, const Margin& margin) const {
  const std::size_t d = block.attributes.size();
  std::vector<std::size_t> out(block.combinations(), margin.cells.size());
  std::vector<std::size_t> places;
  for (const std::uint32_t attribute : margin.attributes) {
    const auto at = std::find(block.attributes.begin(), block.attributes.end(), attribute);
    places.push_back(static_cast<std::size_t>(at - block.attributes.begin()));
  }
  for (std::size_t c = 0; c < margin.cells.size(); ++c) {
    std::vector<std::vector<bool>> in;
    for (std::size_t i = 0; i < places.size(); ++i) {
      in.emplace_back(domain().size(margin.attributes[i]));
      for (const std::uint32_t code : margin.cells[c].codes[i]) in.back().at(code) = true;
    }
    for (std::size_t k = 0; k < out.size(); ++k) {
      bool all = true;
      for (std::size_t i = 0; i < places.size() && all; ++i) all = in[i][block.codes[k * d + places[i]]];
      if (all) out[k] = c;
    }
  }
  return out;
}

double Tilted::match(const std::vector<Margin>& margins) {
  conditioned_ = true;
  double worst = 0;
  for (int pass = 0; pass < kMostPasses; ++pass) {
    worst = 0;
    for (const Margin& margin : margins) worst = std::max(worst, fit(margin));
    if (worst < kFitted) break;
  }
  return worst;
}

std::vector<double> Tilted::answer(const schema::Marginal& marginal) const {
  const std::vector<double> weight = weights();
  std::vector<double> out(marginal.cells(domain()), 0.0), product;
  const std::vector<std::uint32_t> attributes(marginal.begin(), marginal.end());
  std::vector<std::size_t> stride(attributes.size(), 1);
  for (std::size_t k = attributes.size(); k-- > 1;) stride[k - 1] = stride[k] * domain().size(attributes[k]);
  for (std::size_t b = 0; b < weight.size(); ++b) {
    if (!(weight[b] > 0)) continue;
    std::map<std::size_t, double> sums{{0, weight[b]}};
    for (const Block& block : blocks_) {
      std::vector<std::pair<std::size_t, std::size_t>> named;  // place in the block, stride
      for (std::size_t k = 0; k < attributes.size(); ++k) {
        const auto at = std::find(block.attributes.begin(), block.attributes.end(), attributes[k]);
        if (at == block.attributes.end()) continue;
        named.emplace_back(static_cast<std::size_t>(at - block.attributes.begin()), stride[k]);
      }
      if (named.empty()) continue;
      std::map<std::size_t, double> own, next;
      for (std::size_t k = 0; k < block.combinations(); ++k) {
        const double p = block.factor[k] * cell_probability(block, b, block.cell[k]);
        std::size_t at = 0;
        for (const auto& [place, step] : named) at += step * block.codes[k * block.attributes.size() + place];
        own[at] += p;
      }
      for (const auto& [at, p] : sums) {
        for (const auto& [offset, q] : own) next[at + offset] += p * q / block.norm[b];
      }
      sums.swap(next);
    }
    for (const auto& [at, p] : sums) out[at] += p;
  }
  return out;
}

}  // namespace fedloom::model
