#include "fedloom/model/expansion.hpp"

#include <cmath>
#include <stdexcept>

#include "model/draws.hpp"

namespace fedloom::model {
namespace {

using Axis = schema::Coarsening::Axis;

constexpr double kSumError = 1e-6;

void check_shares(const Axis& axis, const std::vector<double>& share) {
  if (share.size() != axis.bin_of.size()) throw std::invalid_argument("the shares are not those of the merged codes");
  std::vector<double> sum(axis.bins(), 0.0);
  for (std::size_t code = 0; code < share.size(); ++code) {
    if (!(share[code] >= 0.0)) throw std::invalid_argument("a code's share of its bin is not a number from 0 to 1");
    sum[axis.bin_of[code]] += share[code];
  }
  for (const double s : sum) {
    if (!(std::abs(s - 1.0) < kSumError)) throw std::invalid_argument("the shares of a bin do not sum to 1");
  }
}

/// Codes by bin, and their shares beside them.
struct Bins {
  std::vector<std::vector<std::uint32_t>> codes;
  std::vector<std::vector<float>> shares;

  Bins(const Axis& axis, const std::vector<double>& share) : codes(axis.bins()), shares(axis.bins()) {
    for (std::uint32_t code = 0; code < share.size(); ++code) {
      codes[axis.bin_of[code]].push_back(code);
      shares[axis.bin_of[code]].push_back(static_cast<float>(share[code]));
    }
  }
};

}  // namespace

Expansion::Expansion(schema::Domain fine, schema::Coarsening coarsening, std::vector<std::vector<double>> shares)
    : fine_(std::move(fine)), coarsening_(std::move(coarsening)), shares_(std::move(shares)) {
  if (!coarsening_.fits(fine_)) throw std::invalid_argument("the coarsening is one of another domain");
  if (shares_.size() != coarsening_.axes().size()) throw std::invalid_argument("a merged attribute has no shares");
  for (std::size_t k = 0; k < shares_.size(); ++k) check_shares(coarsening_.axes()[k], shares_[k]);
}

std::vector<double> Expansion::one_way(std::uint32_t attribute, std::vector<double> bins) const {
  for (std::size_t k = 0; k < shares_.size(); ++k) {
    const Axis& axis = coarsening_.axes()[k];
    if (axis.attribute != attribute) continue;
    std::vector<double> out(shares_[k]);
    for (std::size_t code = 0; code < out.size(); ++code) out[code] *= bins.at(axis.bin_of[code]);
    return out;
  }
  return bins;
}

void Expansion::spread(std::span<std::uint32_t> rows, PublicStream& stream) const {
  const std::size_t d = fine_.dimensions();
  for (std::size_t k = 0; k < shares_.size(); ++k) {
    const Axis& axis = coarsening_.axes()[k];
    const Bins bins(axis, shares_[k]);
    std::vector<std::vector<std::size_t>> places(bins.codes.size());
    for (std::size_t at = axis.attribute; at < rows.size(); at += d) places.at(rows[at]).push_back(at);
    std::vector<std::uint32_t> picks;
    for (std::size_t bin = 0; bin < places.size(); ++bin) {
      if (places[bin].empty()) continue;
      picks.resize(places[bin].size());
      systematic(bins.shares[bin], stream.uniform(), picks);
      shuffle(std::span(picks), stream);
      for (std::size_t n = 0; n < picks.size(); ++n) rows[places[bin][n]] = bins.codes[bin][picks[n]];
    }
  }
}

}  // namespace fedloom::model
