#include "fedloom/model/generator.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

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

Generator::Generator(schema::Domain domain, std::uint32_t components)
    : domain_(std::move(domain)),
      components_(components),
      logits_(std::size_t{components} * domain_.width(), 0.0F) {
  if (components == 0) throw std::invalid_argument("a generator needs at least one component");
}

void Generator::set_logits(std::vector<float> logits) {
  if (logits.size() != logits_.size()) throw std::invalid_argument("the logits are not those of this generator");
  logits_ = std::move(logits);
}

void Generator::set_network(std::vector<Weights> network) {
  for (const auto& [shape, values] : network) {
    const auto size = std::accumulate(shape.begin(), shape.end(), std::uint64_t{1}, std::multiplies<>());
    if (size != values.size()) throw std::invalid_argument("the shape of a network's weights is not theirs");
  }
  network_ = std::move(network);
}

std::vector<float> Generator::probabilities() const {
  const std::size_t width = domain_.width();
  std::vector<float> out(logits_.size());
  for (std::size_t b = 0; b < components_; ++b) {
    for (std::size_t i = 0; i < domain_.dimensions(); ++i) {
      const std::size_t at = b * width + domain_.offset(i), size = domain_.size(i);
      softmax(std::span(logits_).subspan(at, size), std::span(out).subspan(at, size));
    }
  }
  return out;
}

std::vector<double> Generator::answer(const schema::Marginal& marginal) const {
  std::vector<double> out(marginal.cells(domain_), 0.0), product, next;
  std::vector<float> block;
  for (std::size_t b = 0; b < components_; ++b) {
    product.assign(1, 1.0 / components_);
    for (const std::uint32_t i : marginal) {
      block.resize(domain_.size(i));
      softmax(std::span(logits_).subspan(b * domain_.width() + domain_.offset(i), block.size()), block);
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
  const Mixture mixture{&domain_, components_, p};
  if (expansion_.empty()) return sample_rows(mixture, rows, seed, block);
  PublicStream stream(seed, "fedloom codes within bins");
  std::vector<std::uint32_t> spread;
  sample_rows(mixture, rows, seed, [&](std::span<const std::uint32_t> bins, std::size_t n) {
    spread.assign(bins.begin(), bins.end());
    expansion_.spread(spread, stream);
    block(spread, n);
  });
}

}  // namespace fedloom::model
