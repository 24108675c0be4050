#pragma once
// From a coarsening's bins back to the schema's own codes when rows are drawn: within a bin a code does not depend on
// the rest of its row, and comes as often as its noisy 1-way says. Public.

#include <cstdint>
#include <span>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/coarsening.hpp"

namespace fedloom::model {

class Expansion {
 public:
  /// Bins are codes.
  Expansion() = default;
  /// `share[k][c]`: how much of its bin is code c of the coarsening's axis k; a bin's shares are not negative, and sum
  /// to 1. Throws std::invalid_argument: a coarsening of another domain, shares that are not of its codes or no shares.
  Expansion(schema::Domain fine, schema::Coarsening coarsening, std::vector<std::vector<double>> shares);
  bool empty() const noexcept { return coarsening_.empty(); }
  const schema::Domain& fine() const noexcept { return fine_; }
  const schema::Coarsening& coarsening() const noexcept { return coarsening_; }
  const std::vector<std::vector<double>>& shares() const noexcept { return shares_; }

  /// Probabilities of an attribute's codes from those of its bins.
  std::vector<double> one_way(std::uint32_t attribute, std::vector<double> bins) const;
  /// Turns the bins of row-major rows into codes, in place. Each bin's rows are spread over its codes as evenly as
  /// whole rows allow, in random order.
  void spread(std::span<std::uint32_t> rows, PublicStream& stream) const;

 private:
  schema::Domain fine_;
  schema::Coarsening coarsening_;
  std::vector<std::vector<double>> shares_;
};

}  // namespace fedloom::model
