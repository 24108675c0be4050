#include "fedloom/model/generator.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "fedloom/model/tensors.hpp"
#include "model/sampler.hpp"

namespace fedloom::model {
namespace {

/// exp(l_v) / Σ exp(l_u), in double.
void softmax(std::span<const float> logits, std::span<float> out) {
  const double top = *std::max_element(logits.begin(), logits.end());
  double total = 0;
  for (const float l : logits) total += std::exp(l - top);
  for (std::size_t v = 0; v < out.size(); ++v) out[v] = static_cast<float>(std::exp(logits[v] - top) / total);
}

}  // namespace

Generator::Generator(schema::Domain domain, std::uint32_t components) : tensors_(std::make_unique<Tensors>()) {
  if (components == 0) throw std::invalid_argument("a generator needs at least one component");
  tensors_->logits = at::zeros({components, domain.width()}, at::kFloat);
  tensors_->components = components;
  tensors_->domain = std::move(domain);
}

Generator::~Generator() = default;
Generator::Generator(Generator&&) noexcept = default;
Generator& Generator::operator=(Generator&&) noexcept = default;

const schema::Domain& Generator::domain() const noexcept { return tensors_->domain; }
std::uint32_t Generator::components() const noexcept { return tensors_->components; }

std::vector<float> Generator::probabilities() const {
  const schema::Domain& domain = tensors_->domain;
  const std::size_t width = domain.width();
  const float* logits = tensors_->logits.const_data_ptr<float>();
  std::vector<float> out(tensors_->components * width);
  for (std::size_t b = 0; b < tensors_->components; ++b) {
    for (std::size_t i = 0; i < domain.dimensions(); ++i) {
      const std::size_t at = b * width + domain.offset(i), size = domain.size(i);
      softmax({logits + at, size}, {out.data() + at, size});
    }
  }
  return out;
}

std::vector<double> Generator::answer(const schema::Marginal& marginal) const {
  const schema::Domain& domain = tensors_->domain;
  const float* logits = tensors_->logits.const_data_ptr<float>();
  std::vector<double> out(marginal.cells(domain), 0.0), product, next;
  std::vector<float> block;
  for (std::size_t b = 0; b < tensors_->components; ++b) {
    product.assign(1, 1.0 / tensors_->components);
    for (const std::uint32_t i : marginal) {
      block.resize(domain.size(i));
      softmax({logits + b * domain.width() + domain.offset(i), block.size()}, block);
      next.clear();
      for (const double x : product) {
        for (const float p : block) next.push_back(x * p);
      }
      product.swap(next);
    }
    for (std::size_t c = 0; c < out.size(); ++c) out[c] += product[c];
  }
  return out;
}

void Generator::expand(Expansion expansion) {
  if (expansion.coarsening().over(expansion.empty() ? domain() : expansion.fine()) != domain()) {
    throw std::invalid_argument("the bins of an expansion are not the generator's domain");
  }
  expansion_ = std::move(expansion);
}

std::vector<double> Generator::one_way_of_rows(std::uint32_t attribute) const {
  return expansion_.one_way(attribute, answer(schema::Marginal{attribute}));
}

void Generator::sample(std::uint64_t rows, std::uint64_t seed,
                       const std::function<void(std::span<const std::uint32_t>, std::size_t)>& block) const {
  const std::vector<float> p = probabilities();
  const Mixture mixture{&tensors_->domain, tensors_->components, p};
  if (expansion_.empty()) return sample_rows(mixture, rows, seed, block);
  PublicStream stream(seed, "fedloom codes within bins");
  std::vector<std::uint32_t> spread;
  sample_rows(mixture, rows, seed, [&](std::span<const std::uint32_t> bins, std::size_t n) {
    spread.assign(bins.begin(), bins.end());
    expansion_.spread(spread, stream);
    block(spread, n);
  });
}

void set_threads(unsigned threads) { at::set_num_threads(static_cast<int>(std::max(1U, threads))); }

std::string torch_version() { return TORCH_VERSION; }

}  // namespace fedloom::model
