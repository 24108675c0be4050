#include "fedloom/boundary/measurement.hpp"

#include <cmath>

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {

double Measurement::value(std::size_t k) const {
  return std::ldexp(static_cast<double>(grid_values.at(k)), -int{grid_bits});
}

std::optional<OneWay> one_way_of(std::uint32_t attribute, const std::vector<Measurement>& measurements) {
  OneWay out;
  double weight = 0;
  for (const Measurement& one : measurements) {
    const bool of_codes = one.query.kind == schema::Query::Kind::marginal && one.coarsening.empty();
    if (!of_codes || one.query.marginal != schema::Marginal{attribute}) continue;
    const double w = 1 / (one.sigma * one.sigma);
    out.counts.resize(one.grid_values.size());
    for (std::size_t k = 0; k < out.counts.size(); ++k) out.counts[k] += w * one.value(k);
    weight += w;
  }
  if (out.counts.empty()) return std::nullopt;
  for (double& count : out.counts) count /= weight;
  out.sigma = 1 / std::sqrt(weight);
  return out;
}

std::vector<Measurement> to_measurements(Total&& total, const RoundPlan& plan, const schema::Domain& domain,
                                         std::uint32_t sites) {
  const auto consumed = std::move(total);
  const auto over = plan.coarsening.over(domain);
  FEDLOOM_CHECK(sites > 0 && consumed.words().size() == plan.length(domain));
  std::vector<Measurement> measurements;
  measurements.reserve(plan.queries.size());
  std::size_t at = 0;
  for (const auto& [query, noise] : plan.queries) {
    Measurement measurement{.query = query,
                            .grid_values = std::vector<std::int64_t>(query.length(over)),
                            .grid_bits = noise.grid_bits,
                            .sigma = std::sqrt(sites * noise.variance_counts()),
                            .round = plan.round,
                            .coarsening = plan.coarsening,
                            .look = plan.stage == look_stage};
    // Two's complement is the centred residue mod 2^64.
    for (auto& value : measurement.grid_values) value = static_cast<std::int64_t>(consumed.words()[at++]);
    measurements.push_back(std::move(measurement));
  }
  return measurements;
}

Total reveal_central(NoisedShare&& share) {
  FEDLOOM_CHECK(share.contributors_ == 1 && !share.words_.empty());
  return Total(std::move(share.words_));
}

}  // namespace fedloom::boundary
