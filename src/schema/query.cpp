#include "fedloom/schema/query.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "fedloom/base/public_stream.hpp"

namespace fedloom::schema {

Marginal::Marginal(std::vector<std::uint32_t> attributes) {
  if (attributes.size() > max_degree) throw std::invalid_argument("a marginal has at most 3 attributes");
  std::sort(attributes.begin(), attributes.end());
  if (std::adjacent_find(attributes.begin(), attributes.end()) != attributes.end()) {
    throw std::invalid_argument("a marginal names an attribute twice");
  }
  std::copy(attributes.begin(), attributes.end(), attributes_.begin());
  degree_ = static_cast<std::uint8_t>(attributes.size());
}

bool Marginal::contains(std::uint32_t attribute) const noexcept {
  return std::find(begin(), end(), attribute) != end();
}

bool Marginal::contains(const Marginal& other) const noexcept {
  return std::includes(begin(), end(), other.begin(), other.end());
}

std::size_t Marginal::common(const Marginal& other) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(begin(), end(), [&](std::uint32_t attribute) { return other.contains(attribute); }));
}

std::uint64_t Marginal::cells(const Domain& domain) const {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t product = 1;
  for (const std::uint32_t attribute : *this) {
    const std::uint64_t size = domain.size(attribute);
    if (product > most / size) return most;
    product *= size;
  }
  return product;
}

std::string Marginal::name(const Domain& domain) const {
  if (degree_ == 0) return "rows";
  std::string text;
  for (const std::uint32_t attribute : *this) {
    if (!text.empty()) text += " × ";
    text += domain.name(attribute);
  }
  return text;
}

std::vector<Marginal> all_marginals(std::size_t dimensions, std::size_t degree) {
  if (degree > Marginal::max_degree) throw std::invalid_argument("a marginal has at most 3 attributes");
  std::vector<Marginal> all;
  if (degree > dimensions) return all;
  std::vector<std::uint32_t> chosen(degree);
  for (std::size_t k = 0; k < degree; ++k) chosen[k] = static_cast<std::uint32_t>(k);
  while (true) {
    all.emplace_back(chosen);
    // The next subset: raise the rightmost index that has room, and restart those after it just above it.
    std::size_t k = degree;
    while (k > 0 && chosen[k - 1] == dimensions - degree + k - 1) --k;
    if (k == 0) return all;
    ++chosen[k - 1];
    for (std::size_t after = k; after < degree; ++after) chosen[after] = chosen[after - 1] + 1;
  }
}

std::uint64_t Query::length(const Domain& domain) const {
  return kind == Kind::marginal ? marginal.cells(domain) : sketch_rows;
}

std::uint64_t Query::row_l2_squared() const noexcept { return kind == Kind::marginal ? 1 : sketch_rows; }

std::vector<std::uint64_t> sketch_signs(const Query& query, std::uint32_t row, std::uint64_t cells) {
  // The label names the attributes and the row, so that rows of S, and sketches of different marginals under one
  // seed, are independent.
  std::string label = "fedloom sketch";
  for (const std::uint32_t attribute : query.marginal) label.append(" ").append(std::to_string(attribute));
  label.append(" row ").append(std::to_string(row));
  std::vector<std::uint64_t> words((cells + 63) / 64);
  PublicStream(query.sketch_seed, label).fill(words);
  if (cells % 64 != 0) words.back() &= (std::uint64_t{1} << (cells % 64)) - 1;
  return words;
}

}  // namespace fedloom::schema
