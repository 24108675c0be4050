#pragma once
// Rows of a tilted generator: one mixture over its blocks' cells, each drawn cell then spread over its combinations.

#include <optional>

#include "model/sampler.hpp"
#include "model/tilted_base.hpp"

namespace fedloom::model {

class TiltedRows {
 public:
  /// `number`: of the stratum, so that each has draws of its own.
  TiltedRows(const Tilted& tilted, std::uint64_t rows, std::uint64_t seed, std::size_t number);
  TiltedRows(const TiltedRows&) = delete;
  TiltedRows& operator=(const TiltedRows&) = delete;
  /// Appends row-major codes.
  void draw(std::size_t rows, std::vector<std::uint32_t>& codes);

 private:
  /// Combinations by cell, and their shares beside them.
  struct Cells {
    std::vector<std::vector<std::uint32_t>> combinations;
    std::vector<std::vector<float>> shares;
  };
  void build_mixture();
  void add_cells(const Tilted::Block& block);
  void spread(std::size_t block, std::span<const std::uint32_t> drawn, std::span<std::uint32_t> codes);

  const Tilted& tilted_;
  schema::Domain domain_;  ///< one axis a block; only cells that some component can have
  std::vector<float> probabilities_;
  std::vector<double> weights_;
  std::vector<Cells> cells_;
  PublicStream within_;
  std::optional<RowSource> source_;
};

}  // namespace fedloom::model
