#include "fedloom/model/tilted.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

#include "fedloom/base/error.hpp"
#include "model/tilted_base.hpp"

namespace fedloom::model {
namespace {

constexpr int kMostPasses = 300;
constexpr double kFitted = 1e-10;
constexpr double kSameShare = 1e-6;

[[noreturn]] void refuse(const std::string& what, const std::string& remedy) { throw ConfigError({}, what, remedy); }

std::string names_of(const schema::Domain& domain, const std::vector<std::uint32_t>& attributes) {
  std::string names;
  for (const std::uint32_t i : attributes) names.append(names.empty() ? "" : ", ").append(domain.name(i));
  return names;
}

/// Hands out the place of each combination of one code of each list.
template <class Use>
void each_combination(const std::vector<std::vector<std::uint32_t>>& codes, const std::vector<std::uint64_t>& stride,
                      const Use& use, std::size_t depth = 0, std::uint64_t at = 0) {
  if (depth == codes.size()) return use(at);
  for (const std::uint32_t code : codes[depth])
    each_combination(codes, stride, use, depth + 1, at + stride[depth] * code);
}

}  // namespace

const schema::Domain& Tilted::domain() const noexcept { return base_->fine(); }

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
    for (std::size_t b = 0; b < out.size(); ++b) {
      out[b] *= block.whole.empty() ? block.norm[b] : block.whole[b] > 0 ? block.norm[b] / block.whole[b] : 0;
    }
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
  if (loose(attribute))
    throw std::invalid_argument("'" + domain().name(attribute) + "' is computed when a row is written");
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
double Tilted::fit(const Margin& margin, const std::vector<std::size_t>& cell) {
  Block& block = block_with(margin.attributes);
  const std::vector<double> mass = masses();
  const double total = std::accumulate(mass.begin(), mass.end(), 0.0);
  // What the other blocks and the weight of each component give to a cell of this one.
  std::vector<double> by_cell(block.cells(), 0.0);
  for (std::size_t b = 0; b < mass.size(); ++b) {
    if (!(block.norm[b] > 0)) continue;
    const double others = mass[b] / block.norm[b] / total;
    for (std::size_t k = 0; k < by_cell.size(); ++k) by_cell[k] += others * cell_probability(block, b, k);
  }
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
  double cells = 1;
  for (const std::uint32_t attribute : margin.attributes) cells *= domain().size(attribute);
  if (cells > 9e18)
    refuse("margins of " + names_of(domain(), margin.attributes) + " have too many cells",
           "match fewer columns together");
  std::vector<std::uint64_t> stride(places.size(), 1);
  for (std::size_t i = places.size(); i-- > 1;) stride[i - 1] = stride[i] * domain().size(margin.attributes[i]);
  // Combinations by the codes that the margin names, so that each cell finds its own.
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> with;
  for (std::uint32_t k = 0; k < out.size(); ++k) {
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < places.size(); ++i) at += stride[i] * block.codes[k * d + places[i]];
    with[at].push_back(k);
  }
  for (std::size_t c = 0; c < margin.cells.size(); ++c) {
    each_combination(margin.cells[c].codes, stride, [&](std::uint64_t at) {
      const auto found = with.find(at);
      if (found == with.end()) return;
      for (const std::uint32_t k : found->second) out[k] = c;
    });
  }
  return out;
}

double Tilted::match(const std::vector<Margin>& margins) {
  for (const Margin& margin : margins) {
    if (std::any_of(margin.attributes.begin(), margin.attributes.end(), [&](std::uint32_t a) { return loose(a); })) {
      throw std::invalid_argument("a margin names an attribute that is computed when a row is written");
    }
  }
  conditioned_ = true;
  double worst = 0;
  std::vector<std::vector<std::size_t>> cells;
  for (const Margin& margin : margins) cells.push_back(cells_of(block_with(margin.attributes), margin));
  for (int pass = 0; pass < kMostPasses; ++pass) {
    worst = 0;
    for (std::size_t k = 0; k < margins.size(); ++k) worst = std::max(worst, fit(margins[k], cells[k]));
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
