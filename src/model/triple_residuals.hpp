#pragma once
// What a sample lacks of the model's triples, for the refiner: all triples that hold one attribute at a time.

#include <cstdint>
#include <span>
#include <vector>

#include "model/sampler.hpp"

namespace fedloom::model {

/// To 1/256, so that the last bits of a product, which differ between machines, do not decide a move.
float rounded(double value);

class TripleResiduals {
 public:
  /// Few enough cells to hold, few enough rows to count again and again.
  static bool affordable(const schema::Domain& domain, std::size_t rows);

  explicit TripleResiduals(const Mixture& mixture);
  /// Residuals (model − sample, in rows) of all triples with `attribute`, for rows of d codes each.
  void load(std::size_t attribute, std::span<const std::uint32_t> codes, std::size_t rows);
  /// g[v] += Σ over those triples of the residual at (x's other codes, v).
  void add(const std::uint32_t* x, std::span<float> g) const;
  /// x's code of the loaded attribute goes from one value to another.
  void move(const std::uint32_t* x, std::uint32_t from, std::uint32_t to);
  /// Triples that hold one attribute.
  std::size_t count() const noexcept { return others_.size() * (others_.size() - 1) / 2; }

 private:
  /// The pairs of other attributes, in order, with the first cell of each one's table.
  template <class Use>
  void for_each_pair(const std::uint32_t* x, const Use& use) const;
  std::size_t place(std::size_t i, std::size_t j, std::size_t k) const;

  const Mixture& mixture_;
  std::vector<float> probability_;   ///< of all triples i < j < k, row-major each, one after the other
  std::vector<std::size_t> first_;   ///< of each triple, by place()
  std::vector<std::size_t> others_;  ///< attributes but the loaded one
  std::size_t attribute_ = 0, size_ = 0;
  std::vector<float> residual_;    ///< per pair (j, k) of others: n_j × n_k × size_
  std::vector<std::size_t> base_;  ///< first cell of each pair's table
};

}  // namespace fedloom::model
