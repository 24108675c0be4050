#pragma once
// Linear queries on a table: marginals, and random-sign sketches of marginals.

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "fedloom/schema/domain.hpp"

namespace fedloom::schema {

/// A set of 0 to 3 attributes (indices into a Domain), ascending. Its histogram
/// has cells() = Π n_i entries, row-major: the last attribute runs fastest.
/// The empty marginal is the number of rows.
class Marginal {
 public:
  static constexpr std::size_t max_degree = 3;
  Marginal() = default;
  /// Sorts. Throws std::invalid_argument on a repeat or more than 3.
  explicit Marginal(std::vector<std::uint32_t> attributes);
  Marginal(std::initializer_list<std::uint32_t> attributes) : Marginal(std::vector<std::uint32_t>(attributes)) {}
  std::size_t degree() const noexcept { return degree_; }
  std::uint32_t operator[](std::size_t k) const { return attributes_[k]; }
  const std::uint32_t* begin() const noexcept { return attributes_.data(); }
  const std::uint32_t* end() const noexcept { return attributes_.data() + degree_; }
  bool contains(std::uint32_t attribute) const noexcept;
  bool contains(const Marginal& other) const noexcept;       ///< other ⊆ this
  std::size_t common(const Marginal& other) const noexcept;  ///< |this ∩ other|
  /// Number of cells; saturates at 2^63 - 1.
  std::uint64_t cells(const Domain& domain) const;
  std::string name(const Domain& domain) const;  ///< "age × sex"; "rows" when empty
  auto operator<=>(const Marginal&) const = default;

 private:
  std::array<std::uint32_t, max_degree> attributes_{};
  std::uint8_t degree_ = 0;
};

/// All k-subsets of 0..d-1, in lexicographic order.
std::vector<Marginal> all_marginals(std::size_t dimensions, std::size_t degree);

/// What a site is asked to compute: a vector of integers, linear in the rows.
struct Query {
  enum class Kind : std::uint8_t {
    marginal = 1,  ///< the histogram M_r: cells() numbers
    sketch = 2     ///< S·M_r, S a sketch_rows × cells() matrix of public random signs
  };
  Kind kind = Kind::marginal;
  Marginal marginal;
  std::uint32_t sketch_rows = 0;                     ///< 0 for a marginal
  std::uint64_t sketch_seed = 0;                     ///< public
  std::uint64_t length(const Domain& domain) const;  ///< how many integers
  /// Largest L2 change of the answer when one row is added or removed, squared:
  /// 1 for a marginal, sketch_rows for a sketch.
  std::uint64_t row_l2_squared() const noexcept;
  auto operator<=>(const Query&) const = default;
};

/// Signs of one row of S: bit c of the result (word c/64, bit c%64) is 1 where
/// the sign of cell c is +1. The same on every machine (PublicStream).
std::vector<std::uint64_t> sketch_signs(const Query& query, std::uint32_t row, std::uint64_t cells);

}  // namespace fedloom::schema
