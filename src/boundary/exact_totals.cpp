#include "fedloom/boundary/exact_totals.hpp"

#include <algorithm>

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {
namespace {

using schema::Coarsening;
using schema::Marginal;
using Cells = std::vector<std::int64_t>;

const Coarsening::Axis* axis_of(const Coarsening& coarsening, std::uint32_t attribute) {
  const auto& axes = coarsening.axes();
  const auto found = std::ranges::find(axes, attribute, &Coarsening::Axis::attribute);
  return found == axes.end() ? nullptr : &*found;
}

/// The coarsening does not tell any of the marginal's attributes apart from the schema.
bool keeps(const Coarsening& coarsening, const Marginal& marginal) {
  return std::none_of(marginal.begin(), marginal.end(),
                      [&](std::uint32_t attribute) { return axis_of(coarsening, attribute) != nullptr; });
}

/// Adds up the cells that fall into one bin, attribute by attribute: the last one runs fastest.
Cells merged(Cells cells, const Marginal& marginal, const Coarsening& coarsening, const schema::Domain& fine) {
  std::size_t inner = 1;  ///< cells of the attributes behind, merged already
  for (std::size_t k = marginal.degree(); k-- > 0;) {
    const std::size_t size = fine.size(marginal[k]);
    const auto* axis = axis_of(coarsening, marginal[k]);
    const std::size_t bins = axis == nullptr ? size : axis->bins();
    const std::size_t outer = cells.size() / (size * inner);
    Cells next(outer * bins * inner, 0);
    for (std::size_t o = 0; o < outer; ++o) {
      for (std::size_t code = 0; code < size; ++code) {
        const std::size_t bin = axis == nullptr ? code : axis->bin_of[code];
        const auto* from = &cells[(o * size + code) * inner];
        auto* to = &next[(o * bins + bin) * inner];
        for (std::size_t i = 0; i < inner; ++i) to[i] += from[i];
      }
    }
    cells = std::move(next);
    inner *= bins;
  }
  return cells;
}

}  // namespace

ExactTotals::ExactTotals(std::vector<std::uint64_t>&& words, const RoundPlan& plan, const schema::Domain& domain)
    : domain_(domain) {
  const auto consumed = std::move(words);
  FEDLOOM_CHECK(plan.curator.has_value() && consumed.size() == plan.length(domain));
  const schema::Domain over = plan.coarsening.over(domain);
  Block block{.coarsening = plan.coarsening, .totals = {}};
  auto at = consumed.begin();
  for (const auto& planned : plan.queries) {
    FEDLOOM_CHECK(planned.query.kind == schema::Query::Kind::marginal);
    const auto end = at + static_cast<std::ptrdiff_t>(planned.query.length(over));
    Cells cells;
    cells.reserve(planned.query.length(over));
    // Two's complement is the centred residue mod 2^64.
    std::transform(at, end, std::back_inserter(cells), [](std::uint64_t w) { return static_cast<std::int64_t>(w); });
    FEDLOOM_CHECK(block.totals.emplace(planned.query.marginal, std::move(cells)).second);
    at = end;
  }
  blocks_.push_back(std::move(block));
}

void ExactTotals::add(ExactTotals&& block) {
  FEDLOOM_CHECK(block.domain_ == domain_);
  for (auto& other : block.blocks_) {
    for (const auto& known : blocks_) {
      FEDLOOM_CHECK(std::ranges::none_of(other.totals, [&](const auto& total) {
        return known.coarsening == other.coarsening && known.totals.contains(total.first);
      }));
    }
    blocks_.push_back(std::move(other));
  }
  block.blocks_.clear();
}

bool ExactTotals::Block::serves(const Marginal& marginal, const Coarsening& wanted) const {
  return totals.contains(marginal) && (coarsening == wanted || coarsening.empty());
}

bool ExactTotals::holds(const Marginal& marginal, const Coarsening& coarsening) const {
  return std::ranges::any_of(blocks_, [&](const Block& block) { return block.serves(marginal, coarsening); });
}

template <class Use>
auto ExactTotals::with_cells(const Marginal& marginal, const Coarsening& coarsening, const Use& use) const {
  const auto serves = [&](const Block& block) { return block.serves(marginal, coarsening); };
  const auto block = std::ranges::find_if(blocks_, serves);
  FEDLOOM_CHECK(block != blocks_.end());
  const Cells& cells = block->totals.at(marginal);
  const bool as_it_is = block->coarsening == coarsening || keeps(coarsening, marginal);
  return as_it_is ? use(cells) : use(merged(cells, marginal, coarsening, domain_));
}

Total TotalsReleaser::release(const ExactTotals& totals, const RoundPlan& plan, privacy::Spend&& spend) const {
  FEDLOOM_CHECK(!plan.curator);
  const std::uint64_t entity = plan.entity_rows;
  std::vector<RawCounts> raw;
  raw.reserve(plan.queries.size());
  for (const auto& planned : plan.queries) {
    FEDLOOM_CHECK(planned.query.kind == schema::Query::Kind::marginal);
    totals.with_cells(planned.query.marginal, plan.coarsening,
                      [&](const Cells& cells) { raw.emplace_back(Cells(cells), privacy::L2Bound{entity * entity}); });
  }
  return reveal_central(releaser_.release(std::move(raw), std::move(spend)));
}

std::size_t TotalsReleaser::select(const ExactTotals& totals, const std::vector<Candidate>& candidates,
                                   const schema::Coarsening& coarsening, std::uint32_t entity_rows,
                                   privacy::Spend&& spend) const {
  std::vector<std::int64_t> scores;
  scores.reserve(candidates.size());
  for (const auto& candidate : candidates) {
    scores.push_back(totals.with_cells(candidate.marginal, coarsening,
                                       [&](const Cells& cells) { return score_of(candidate, cells); }));
  }
  return releaser_.select(RawScores(std::move(scores), score_sensitivity * entity_rows), std::move(spend));
}

}  // namespace fedloom::boundary
