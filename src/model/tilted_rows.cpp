#include "model/tilted_rows.hpp"

#include <numeric>

#include "model/draws.hpp"

namespace fedloom::model {
namespace {

// Conditional rows are many and wanted at once: moving cells of more than these would take longer than drawing them.
constexpr std::uint64_t kConditionalRefineRows = 20000;

std::string label(const char* what, std::size_t number) { return std::string(what) + " " + std::to_string(number); }

}  // namespace

TiltedRows::TiltedRows(const Tilted& tilted, std::uint64_t rows, std::uint64_t seed, std::size_t number)
    : tilted_(tilted), within_(seed, label("fedloom codes within cells", number)) {
  build_mixture();
  const Mixture mixture{&domain_, static_cast<std::uint32_t>(weights_.size()), probabilities_, weights_};
  source_.emplace(mixture, rows, PublicStream(seed, label("fedloom sample of a stratum", number)),
                  tilted.conditioned_ ? kConditionalRefineRows : kRefineRows);
}

void TiltedRows::add_cells(const Tilted::Block& block) {
  Cells cells{std::vector<std::vector<std::uint32_t>>(block.cells()), std::vector<std::vector<float>>(block.cells())};
  for (std::uint32_t k = 0; k < block.combinations(); ++k) {
    if (!(block.factor[k] > 0)) continue;
    cells.combinations[block.cell[k]].push_back(k);
    cells.shares[block.cell[k]].push_back(static_cast<float>(block.factor[k]));
  }
  cells_.push_back(std::move(cells));
}

void TiltedRows::build_mixture() {
  const std::vector<double> weights = tilted_.weights();
  std::vector<std::size_t> components;
  for (std::size_t b = 0; b < weights.size(); ++b) {
    if (weights[b] > 0) components.push_back(b);
  }
  for (const std::size_t b : components) weights_.push_back(weights[b] * static_cast<double>(components.size()));
  std::vector<schema::Domain::Axis> axes;
  for (const auto& block : tilted_.blocks_) {
    axes.push_back({std::to_string(axes.size()), static_cast<std::uint32_t>(block.cells())});
  }
  domain_ = schema::Domain(std::move(axes));
  probabilities_.resize(components.size() * domain_.width());
  for (std::size_t i = 0; i < tilted_.blocks_.size(); ++i) {
    const auto& block = tilted_.blocks_[i];
    add_cells(block);
    const std::vector<double> factors = tilted_.cell_factors(block);
    for (std::size_t row = 0; row < components.size(); ++row) {
      float* p = probabilities_.data() + row * domain_.width() + domain_.offset(i);
      for (std::size_t cell = 0; cell < factors.size(); ++cell) {
        if (!(factors[cell] > 0)) continue;
        const double joint = factors[cell] * tilted_.cell_probability(block, components[row], cell);
        p[cell] = static_cast<float>(joint / block.norm[components[row]]);
      }
    }
  }
}

void TiltedRows::draw(std::size_t rows, std::vector<std::uint32_t>& codes) {
  const std::size_t d = tilted_.domain().dimensions(), first = codes.size();
  const std::vector<std::uint32_t> drawn = source_->draw(rows);
  codes.resize(first + rows * d);
  for (std::size_t block = 0; block < cells_.size(); ++block) spread(block, drawn, std::span(codes).subspan(first));
}

/// Each cell's rows are spread over its combinations as evenly as whole rows allow, in random order.
void TiltedRows::spread(std::size_t block, std::span<const std::uint32_t> drawn, std::span<std::uint32_t> codes) {
  const auto& [attributes, combinations, factor, cell, bins, norm, whole] = tilted_.blocks_[block];
  const Cells& cells = cells_[block];
  const std::size_t d = tilted_.domain().dimensions(), width = cells_.size(), rows = codes.size() / d;
  const auto write = [&](std::size_t row, std::uint32_t combination) {
    for (std::size_t k = 0; k < attributes.size(); ++k) {
      codes[row * d + attributes[k]] = combinations[combination * attributes.size() + k];
    }
  };
  std::vector<std::vector<std::size_t>> places(cells.combinations.size());
  for (std::size_t row = 0; row < rows; ++row) {
    const std::uint32_t at = drawn[row * width + block];
    if (cells.combinations[at].size() == 1) {
      write(row, cells.combinations[at].front());
    } else {
      places[at].push_back(row);
    }
  }
  std::vector<std::uint32_t> picks;
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (places[at].empty()) continue;
    picks.resize(places[at].size());
    systematic(cells.shares[at], within_.uniform(), picks);
    shuffle(std::span(picks), within_);
    for (std::size_t n = 0; n < picks.size(); ++n) write(places[at][n], cells.combinations[at][picks[n]]);
  }
}

void sample(const std::vector<Stratum>& strata, std::uint64_t seed, const RowBlock& block) {
  std::vector<std::unique_ptr<TiltedRows>> sources;
  std::uint64_t rows = 0;
  for (const Stratum& stratum : strata) {
    sources.push_back(std::make_unique<TiltedRows>(*stratum.rows_of, stratum.rows, seed, sources.size()));
    rows += stratum.rows;
  }
  if (rows == 0) return;
  const std::size_t d = strata.front().rows_of->domain().dimensions();
  const std::uint64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  PublicStream order(seed, "fedloom order of strata");
  std::vector<std::uint32_t> codes, mixed;
  for (std::uint64_t k = 0; k < blocks; ++k) {
    codes.clear();
    for (std::size_t s = 0; s < strata.size(); ++s) {
      const std::uint64_t each = strata[s].rows / blocks, extra = strata[s].rows % blocks;
      sources[s]->draw(static_cast<std::size_t>(each + (k < extra ? 1 : 0)), codes);
    }
    const std::size_t n = codes.size() / d;
    if (strata.size() == 1) {
      block(codes, n);
      continue;
    }
    std::vector<std::uint32_t> rows_of_block(n);
    std::iota(rows_of_block.begin(), rows_of_block.end(), 0U);
    shuffle(std::span(rows_of_block), order);
    mixed.clear();
    for (const std::uint32_t row : rows_of_block) {
      const auto from = codes.begin() + static_cast<std::ptrdiff_t>(row * d);
      mixed.insert(mixed.end(), from, from + static_cast<std::ptrdiff_t>(d));
    }
    block(mixed, n);
  }
}

}  // namespace fedloom::model
