#pragma once
// A generator under conditions. A mixture of products that is conditioned on values of its attributes, or weighted by
// them, is a mixture of products again: other weights of the components, other blocks. So rows are drawn from it as
// from any other, and none is drawn to be thrown away. Constraints tie some attributes together; such a group is one
// block, whose values are the combinations that the constraints allow.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "fedloom/model/generator.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::model {

/// Shares that rows should have of the values of some attributes.
struct Margin {
  std::vector<std::uint32_t> attributes;  ///< ascending
  struct Cell {
    std::vector<std::vector<std::uint32_t>> codes;  ///< for each attribute; a row has one of each
    double share = 0;
  };
  std::vector<Cell> cells;  ///< no code twice; what is in none has no share. Shares sum to 1
};

class Tilted {
 public:
  /// The generator's rows that keep the schema's constraints, and in which computed attributes have codes that follow
  /// from those of their columns, where combinations are few enough. There each component keeps its weight, and the
  /// attributes that hang together keep their distributions, as nearly as they can (a few passes of iterative
  /// proportional fitting). `together`: attributes that a margin names together. Throws ConfigError: too many
  /// combinations, or none that the model has.
  Tilted(const Generator& generator, const schema::Schema& schema,
         const std::vector<std::vector<std::uint32_t>>& together = {});
  /// The constraints alone.
  Tilted(const Generator& generator, const schema::Constraints& constraints,
         const std::vector<std::vector<std::uint32_t>>& together = {});

  /// Whether the attribute is computed when a row is written, whatever its code: where() and match() refuse it.
  bool loose(std::uint32_t attribute) const { return attribute < loose_.size() && loose_[attribute]; }

  /// Only rows with one of these codes. Several calls add up. Throws std::invalid_argument for an unknown code, or an
  /// attribute that is loose().
  void where(std::uint32_t attribute, const std::vector<std::uint32_t>& codes);
  /// Rows whose margins are these, otherwise as near to the model as can be (iterative proportional fitting, which ends
  /// at the I-projection: Csiszár 1975). Each margin's attributes must be one, a constraint's group or in `together`.
  /// Returns the largest difference of a share that is left. Throws ConfigError: a share that the model cannot have.
  double match(const std::vector<Margin>& margins);

  /// Probability of all where() among the rows that keep the constraints; 0: no such row.
  double mass() const;
  /// Weights of the components, sum 1. Throws ConfigError when mass() is 0.
  std::vector<double> weights() const;
  /// 1/Σ w²: how many components equal weights would be.
  double effective_components() const;
  /// Probabilities of a marginal's cells over the codes of rows, row-major, sum 1.
  std::vector<double> answer(const schema::Marginal& marginal) const;
  const schema::Domain& domain() const noexcept;  ///< the codes of rows

 private:
  friend class TiltedRows;
  /// Attributes with a distribution of their own in each component. A combination of codes lies in a cell, the same
  /// combination of the generator's bins.
  struct Block {
    std::vector<std::uint32_t> attributes;
    std::vector<std::uint32_t> codes;  ///< combinations × attributes
    std::vector<double> factor;        ///< by combination: share within its cell, times all conditions
    std::vector<std::uint32_t> cell;   ///< by combination
    std::vector<std::uint32_t> bins;   ///< cells × attributes
    std::vector<double> norm;          ///< by component: what is left of its probability
    std::vector<double> whole{};       ///< by component: the norm that is its whole weight; none: 1
    std::size_t combinations() const { return factor.size(); }
    std::size_t cells() const { return bins.size() / attributes.size(); }
  };
  struct Base;
  using Sets = std::vector<std::vector<std::uint32_t>>;
  /// Hands out the codes of a set that may stand together; false: too many.
  using Combinations =
      std::function<bool(std::span<const std::uint32_t>, const std::function<void(std::span<const std::uint32_t>)>&)>;
  void build(const Sets& sets, const Combinations& combinations);
  Block block_of(std::vector<std::uint32_t> attributes, const Combinations& combinations) const;
  std::vector<double> cell_factors(const Block& block) const;
  double cell_probability(const Block& block, std::size_t component, std::size_t cell) const;
  void add_up(Block& block) const;
  std::vector<double> masses() const;
  void keep_one_ways(const Generator& generator, const schema::Coherence& coherence);
  Block& block_with(const std::vector<std::uint32_t>& attributes);
  double fit(const Margin& margin, const std::vector<std::size_t>& cell);
  std::vector<std::size_t> cells_of(const Block& block, const Margin& margin) const;

  std::shared_ptr<const Base> base_;
  std::vector<Block> blocks_;
  std::vector<bool> loose_;  ///< by attribute; none: no attribute is
  bool conditioned_ = false;
  double base_mass_ = 1;  ///< of the constraints alone
};

/// So many rows of each.
struct Stratum {
  const Tilted* rows_of = nullptr;
  std::uint64_t rows = 0;
};

/// Hands out the strata's rows in blocks of about 50,000, each with every stratum's part of it, in random order.
/// Stratified draws, seeded; memory does not grow with the rows. No row breaks a condition or a constraint.
void sample(const std::vector<Stratum>& strata, std::uint64_t seed,
            const std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>& block);

}  // namespace fedloom::model
