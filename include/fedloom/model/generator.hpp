#pragma once
// The generator: a mixture of B product distributions over the domain's attributes. Plain numbers: `train` fits them
// with LibTorch, and drawing rows needs none.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "fedloom/model/expansion.hpp"
#include "fedloom/model/model_file.hpp"
#include "fedloom/schema/domain.hpp"
#include "fedloom/schema/query.hpp"

namespace fedloom::model {

/// P ∈ R^{B×D}, one softmax block per attribute, uniform weights 1/B. `independent` is B = 1.
class Generator {
 public:
  /// Uniform distribution. components ≥ 1.
  Generator(schema::Domain domain, std::uint32_t components);
  Generator(Generator&&) noexcept = default;
  Generator& operator=(Generator&&) noexcept = default;
  Generator(const Generator&) = delete;  // it may be large
  Generator& operator=(const Generator&) = delete;

  const schema::Domain& domain() const noexcept { return domain_; }
  std::uint32_t components() const noexcept { return components_; }

  /// Row-major B × domain().width(); P is the softmax of each attribute's block.
  std::span<const float> logits() const noexcept { return logits_; }
  /// Throws std::invalid_argument: not B × width numbers.
  void set_logits(std::vector<float> logits);
  /// Weights that the logits came from; none: they are free.
  const std::vector<Weights>& network() const noexcept { return network_; }
  /// Throws std::invalid_argument where a shape is not that of its numbers.
  void set_network(std::vector<Weights> network);

  /// Probabilities of a marginal's cells, row-major, sum 1.
  std::vector<double> answer(const schema::Marginal& marginal) const;

  /// Row-major B × D probabilities, for samplers and tests.
  std::vector<float> probabilities() const;

  /// What turns the domain's bins into the codes of rows; empty: they are the same.
  const Expansion& expansion() const noexcept { return expansion_; }
  /// Throws std::invalid_argument when its bins are not this generator's domain.
  void expand(Expansion expansion);
  /// Probabilities of an attribute's codes as rows have them.
  std::vector<double> one_way_of_rows(std::uint32_t attribute) const;

  /// Stratified draws: `rows` rows in the codes of the expansion, seeded, handed out in blocks of row-major codes (d
  /// per row), in random order within a block. Memory does not grow with `rows`.
  void sample(std::uint64_t rows, std::uint64_t seed,
              const std::function<void(std::span<const std::uint32_t> codes, std::size_t rows)>& block) const;

  /// Writes model.safetensors: see model_file.hpp.
  void save(const std::filesystem::path& folder, const ModelCard& card) const;
  /// `path`: the file or its folder. Throws ConfigError as read_model.
  static Generator load(const std::filesystem::path& path);

 private:
  schema::Domain domain_;
  std::uint32_t components_;
  std::vector<float> logits_;
  std::vector<Weights> network_;
  Expansion expansion_;
};

struct LoadedModel {
  Generator generator;
  ModelCard card;
};
LoadedModel load_model(const std::filesystem::path& path);

}  // namespace fedloom::model
