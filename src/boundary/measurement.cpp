#include "fedloom/boundary/measurement.hpp"

#include <cmath>

#include "fedloom/base/check.hpp"

namespace fedloom::boundary {

double Measurement::value(std::size_t k) const {
  return std::ldexp(static_cast<double>(grid_values.at(k)), -int{grid_bits});
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
                            .coarsening = plan.coarsening};
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
