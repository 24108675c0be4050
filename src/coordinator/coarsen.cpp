#include "fedloom/coordinator/coarsen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "fedloom/train/fit.hpp"

namespace fedloom::coordinator {
namespace {

using boundary::Measurement;
using boundary::OneWay;
using Axis = schema::Coarsening::Axis;

/// Bins 0, 1, … for the kept codes in order, and the next one for all others.
std::vector<std::uint32_t> keep_common(const OneWay& noisy) {
  std::vector<std::uint32_t> order(noisy.counts.size());
  std::iota(order.begin(), order.end(), 0U);
  std::erase_if(order, [&](std::uint32_t code) { return noisy.counts[code] < kToldFromNoise * noisy.sigma; });
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return noisy.counts[a] > noisy.counts[b]; });
  if (order.size() >= kMostBins) order.resize(kMostBins - 1);
  std::sort(order.begin(), order.end());
  std::vector<std::uint32_t> bin_of(noisy.counts.size(), static_cast<std::uint32_t>(order.size()));
  for (std::uint32_t bin = 0; bin < order.size(); ++bin) bin_of[order[bin]] = bin;
  return bin_of;
}

/// How many bins an attribute's codes are merged into, and the rows that each should hold.
struct Grain {
  std::uint32_t most = kMostBins;  ///< bins of the ordered codes and one more
  double fair = 0;
};

/// Runs of neighbouring codes among the first `size`, then a bin for each of the rest. A code that fills a bin alone
/// stays alone; what is left at the end joins the last run.
std::vector<std::uint32_t> merge_neighbours(const OneWay& noisy, std::size_t size, const Grain& grain) {
  std::vector<std::uint32_t> bin_of(noisy.counts.size());
  const std::uint32_t most = grain.most;
  std::uint32_t bin = 0;
  double sum = 0;
  std::size_t length = 0;
  const auto full = [&](double mass, std::size_t codes) {
    return mass >= std::max(grain.fair, kToldFromNoise * noisy.sigma * std::sqrt(static_cast<double>(codes)));
  };
  for (std::size_t code = 0; code < size; ++code) {
    // Half full is enough before a code that needs no company.
    if (length > 0 && full(noisy.counts[code], 1) && full(2.0 * sum, length) && bin + 2 < most) {
      ++bin;
      sum = 0;
      length = 0;
    }
    bin_of[code] = bin;
    sum += noisy.counts[code];
    ++length;
    if (full(sum, length) && bin + 2 < most) {
      ++bin;
      sum = 0;
      length = 0;
    }
  }
  const std::uint32_t last = bin_of[size - 1];
  if (length > 0 && last > 0 && !full(sum, length)) {
    for (std::size_t code = size; code-- > 0 && bin_of[code] == last;) bin_of[code] = last - 1;
  }
  bin = bin_of[size - 1];
  for (std::size_t code = size; code < bin_of.size(); ++code) bin_of[code] = ++bin;
  return bin_of;
}

std::optional<Axis> merged(const schema::Attribute& attribute, std::uint32_t place,
                           const std::vector<Measurement>& measurements, double rows) {
  const auto* binned = std::get_if<schema::Binned>(&attribute.type);
  const std::uint32_t wanted = binned == nullptr ? 0 : binned->private_bins;
  const std::uint32_t ordered_codes = attribute.size() - (attribute.missing ? 1 : 0);
  if (wanted > 0 ? ordered_codes <= wanted : attribute.size() <= kMostBins) return std::nullopt;
  const std::optional<OneWay> noisy = boundary::one_way_of(place, measurements);
  if (!noisy) return Axis{place, std::vector<std::uint32_t>(attribute.size(), 0)};
  const bool ordered = !std::holds_alternative<schema::Categorical>(attribute.type);
  const Grain grain = wanted > 0 ? Grain{wanted + 1, rows / wanted} : Grain{kMostBins, rows / (kMostBins - 2)};
  Axis axis{place, ordered ? merge_neighbours(*noisy, ordered_codes, grain) : keep_common(*noisy)};
  if (axis.bins() == axis.bin_of.size()) return std::nullopt;
  return axis;
}

Measurement folded(const Measurement& fine, const Axis& axis, double rows) {
  std::vector<double> sum(axis.bins(), 0.0), codes(axis.bins(), 0.0);
  for (std::size_t c = 0; c < axis.bin_of.size(); ++c) {
    sum[axis.bin_of[c]] += fine.value(c);
    codes[axis.bin_of[c]] += 1.0;
  }
  const auto all = static_cast<double>(axis.bin_of.size());
  const double lack = rows - std::accumulate(sum.begin(), sum.end(), 0.0);
  Measurement out{
      .query = fine.query, .grid_values = {}, .grid_bits = fine.grid_bits, .round = fine.round, .look = fine.look};
  double precision = 0;
  for (std::size_t b = 0; b < sum.size(); ++b) {
    out.grid_values.push_back(std::llround(std::ldexp(sum[b] + lack * codes[b] / all, fine.grid_bits)));
    precision += 1.0 / (codes[b] * (1.0 - codes[b] / (all + 1.0))) / static_cast<double>(sum.size());
  }
  out.sigma = fine.sigma / std::sqrt(precision);
  return out;
}

const Axis* axis_of(const schema::Coarsening& coarsening, std::uint32_t attribute) {
  const auto& axes = coarsening.axes();
  const auto found = std::find_if(axes.begin(), axes.end(), [&](const Axis& a) { return a.attribute == attribute; });
  return found == axes.end() ? nullptr : &*found;
}

/// What `merged` does to the bins of `bins`.
schema::Coarsening of_bins(const schema::Coarsening& merged, const schema::Coarsening& bins,
                           const schema::Domain& fine) {
  if (merged.empty() || merged == bins) return {};
  const schema::Domain over = bins.over(fine);
  std::vector<Axis> axes;
  for (std::uint32_t i = 0; i < fine.dimensions(); ++i) {
    const auto to_bin = bins.bins_of(i, fine.size(i)), to_merged = merged.bins_of(i, fine.size(i));
    Axis axis{i, std::vector<std::uint32_t>(over.size(i))};
    for (std::size_t c = 0; c < to_bin.size(); ++c) axis.bin_of[to_bin[c]] = to_merged[c];
    for (std::size_t c = 0; c < to_bin.size(); ++c) {
      if (axis.bin_of[to_bin[c]] != to_merged[c]) throw std::invalid_argument("a measurement parts a bin of the run");
    }
    if (axis.bins() < axis.bin_of.size()) axes.push_back(std::move(axis));
  }
  return schema::Coarsening(std::move(axes));
}

std::vector<Measurement> of_codes(const std::vector<Measurement>& measurements) {
  std::vector<Measurement> out;
  std::copy_if(measurements.begin(), measurements.end(), std::back_inserter(out),
               [](const Measurement& m) { return m.coarsening.empty(); });
  return out;
}

/// Shares of one axis' codes in their bins.
std::vector<double> shares_of(const Axis& axis, const std::optional<OneWay>& noisy) {
  std::vector<double> shares(axis.bin_of.size(), 0.0);
  std::vector<std::vector<std::uint32_t>> codes(axis.bins());
  for (std::uint32_t c = 0; c < axis.bin_of.size(); ++c) codes[axis.bin_of[c]].push_back(c);
  for (const auto& members : codes) {
    std::vector<double> counts(members.size(), 1.0), share(members.size());
    if (noisy) {
      for (std::size_t k = 0; k < members.size(); ++k) counts[k] = noisy->counts[members[k]];
    }
    const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
    train::project(counts, noisy ? std::max(total, noisy->sigma) : total, share);
    for (std::size_t k = 0; k < members.size(); ++k) shares[members[k]] = share[k];
  }
  return shares;
}

}  // namespace

schema::Coarsening coarsening_for(const schema::Schema& schema, const std::vector<Measurement>& one_ways) {
  const double rows = train::estimate_rows(one_ways);
  std::vector<Axis> axes;
  for (std::uint32_t i = 0; i < schema.attributes().size(); ++i) {
    if (auto axis = merged(schema.attributes()[i], i, one_ways, rows)) axes.push_back(std::move(*axis));
  }
  return schema::Coarsening(std::move(axes));
}

schema::Domain at_most_bins(const schema::Domain& fine) {
  std::vector<schema::Domain::Axis> axes = fine.axes();
  for (auto& axis : axes) axis.size = std::min(axis.size, kMostBins);
  return schema::Domain(std::move(axes));
}

std::vector<Measurement> fold(const std::vector<Measurement>& released, const schema::Coarsening& coarsening,
                              const schema::Domain& fine) {
  if (coarsening.empty()) return released;
  const double rows = train::estimate_rows(of_codes(released));
  std::vector<Measurement> out;
  out.reserve(released.size());
  for (const Measurement& m : released) {
    const bool touched = m.coarsening.empty() && std::any_of(m.query.marginal.begin(), m.query.marginal.end(),
                                                             [&](auto i) { return axis_of(coarsening, i) != nullptr; });
    if (touched && (m.query.kind != schema::Query::Kind::marginal || m.query.marginal.degree() != 1)) {
      throw std::invalid_argument("a joint measurement of codes that were merged later");
    }
    out.push_back(touched ? folded(m, *axis_of(coarsening, m.query.marginal[0]), rows) : m);
    out.back().coarsening = of_bins(m.coarsening, coarsening, fine);
  }
  return out;
}

model::Expansion expansion_for(const std::vector<Measurement>& released, const schema::Coarsening& coarsening,
                               const schema::Domain& fine) {
  std::vector<std::vector<double>> shares;
  for (const Axis& axis : coarsening.axes())
    shares.push_back(shares_of(axis, boundary::one_way_of(axis.attribute, released)));
  return {fine, coarsening, std::move(shares)};
}

schema::Coarsening combine(const schema::Coarsening& bins, const schema::Coarsening& further,
                           const schema::Domain& fine) {
  std::vector<Axis> axes;
  const schema::Domain over = bins.over(fine);
  for (std::uint32_t i = 0; i < fine.dimensions(); ++i) {
    const auto to_bin = bins.bins_of(i, fine.size(i)), onward = further.bins_of(i, over.size(i));
    Axis axis{i, std::vector<std::uint32_t>(fine.size(i))};
    for (std::size_t c = 0; c < to_bin.size(); ++c) axis.bin_of[c] = onward[to_bin[c]];
    if (axis.bins() < axis.bin_of.size()) axes.push_back(std::move(axis));
  }
  return schema::Coarsening(std::move(axes));
}

schema::Coarsening coarsening_of(const schema::Schema& schema, const std::vector<Measurement>& released) {
  std::vector<Measurement> first;
  std::copy_if(released.begin(), released.end(), std::back_inserter(first), [](const Measurement& m) {
    return m.round <= 1 && m.query.kind == schema::Query::Kind::marginal && m.query.marginal.degree() < 2;
  });
  schema::Coarsening called_for = coarsening_for(schema, first);
  if (called_for.empty()) return called_for;
  for (const Measurement& m : released) {
    if (!m.coarsening.empty() && !m.look) return m.coarsening;
    // Codes were measured together, so none was merged.
    if (m.coarsening.empty() && m.query.marginal.degree() > 1) return {};
  }
  return called_for;
}

}  // namespace fedloom::coordinator
