#pragma once
// Moves cells of sampled rows so that the pairs of the sample, and its triples where they are few enough, come closer
// to those of the model.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "model/sampler.hpp"
#include "model/triple_residuals.hpp"

namespace fedloom::model {

class Refiner {
 public:
  /// `rows`: how many will be refined in all.
  Refiner(const Mixture& mixture, std::uint64_t rows);
  /// Greedy passes over `codes` (row-major, one row per entry of `component`). A cell moves only to a value that its
  /// own component gives a probability of at least 0.0005, and only when that brings the squared error of all pairs
  /// and triples with this attribute down.
  void refine(std::span<std::uint32_t> codes, std::span<const std::uint32_t> component, PublicStream& stream);

 private:
  struct Sample;
  void visit(std::size_t attribute, const Sample& sample, PublicStream& stream);
  void load_residual(std::size_t attribute, const Sample& sample);

  Mixture mixture_;
  std::vector<float> pair_;  ///< D × D: the model's pairs (its 1-ways on the diagonal), as probabilities
  std::unique_ptr<TripleResiduals> triples_;
  std::vector<float> residual_;  ///< D × n_i: model − sample, in rows, of the attribute being visited
};

}  // namespace fedloom::model
