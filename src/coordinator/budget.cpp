#include "coordinator/budget.hpp"

#include <algorithm>
#include <cmath>

#include "fedloom/base/error.hpp"

namespace fedloom::coordinator {

Crowd Crowd::of(const config::Experiment& experiment, std::uint32_t sites) {
  const config::PrivacyConfig& privacy = experiment.privacy;
  const std::uint32_t entity_rows = privacy.max_rows * privacy.max_sites;
  // The noise is added once, to exact counts.
  if (privacy.trust != config::Trust::none) return {1, 1, entity_rows};
  const std::uint32_t absent = privacy.colluding_sites + privacy.dropouts;
  if (absent >= sites) {
    throw ConfigError(
        {experiment.file.string(), 0, 0},
        "colluding_sites and dropouts leave none of the " + std::to_string(sites) + " sites to count on for noise",
        "lower them or add sites");
  }
  return {sites, sites - absent, entity_rows};
}

double Crowd::inflation() const { return entity_rows * std::sqrt(static_cast<double>(sites) / contributors); }

bool asks_one_ways_only(const config::Experiment& experiment) {
  return experiment.generator.method == config::Method::independent || experiment.generator.degree < 2 ||
         experiment.schema.domain().dimensions() < 2;
}

Batches batches_for(std::size_t dimensions, double typical_noise) {
  constexpr double kMost = 16;
  const auto d = static_cast<double>(dimensions);
  const double cliques = std::round(d * std::clamp(2.0 * std::cbrt(0.07 / typical_noise), 1.0, 6.0));
  const double per_batch = std::max({1.0, std::round(0.125 * d), std::ceil(cliques / kMost)});
  const double count = std::max(2.0, std::ceil(cliques / per_batch));
  return {static_cast<std::uint32_t>(cliques), static_cast<std::uint32_t>(count)};
}

double picks_for(std::size_t dimensions, double typical_noise) {
  const double each = std::clamp(2.0 * std::pow(0.07 / typical_noise, 0.6), 1.5, 12.0);
  return std::min(kMostPicks, static_cast<double>(dimensions) * each);
}

boundary::RoundPlan price(boundary::RoundPlan frame, const std::vector<Share>& shares, double left, const Crowd& crowd,
                          const schema::Domain& domain) {
  frame.contributors = crowd.contributors;
  frame.entity_rows = crowd.entity_rows;
  double allowed = 0;
  for (const Share& share : shares) allowed += share.part * left;
  allowed = std::min(allowed, left);
  const double unit = static_cast<double>(crowd.entity_rows) * crowd.entity_rows / (2.0 * crowd.contributors);
  // ρ = Δ₂²/(2·m·σ²) but for τ and rounding; should those add, a little more noise takes it back.
  for (double surplus = 1.0;; surplus *= 1.0 + 1e-8) {
    frame.queries.clear();
    for (const Share& share : shares) {
      const double variance = unit * static_cast<double>(share.query.row_l2_squared()) / (share.part * left) * surplus;
      frame.queries.push_back({share.query, privacy::noise_scale_at_least(variance)});
    }
    if (boundary::cost_of(frame, domain).value <= allowed) return frame;
  }
}

privacy::ExponentialEvent price_selection(double rho, std::uint64_t candidates) {
  constexpr std::uint8_t kShift = 24;
  const double epsilon = std::sqrt(8.0 * rho) * (1.0 - 1e-12);
  const auto steps = static_cast<std::uint64_t>(std::max(1.0, std::floor(std::ldexp(epsilon, kShift))));
  return {steps, kShift, candidates};
}

std::vector<Share> one_way_shares(const schema::Domain& domain, double part) {
  std::vector<Share> shares;
  double total = 0;
  for (std::uint32_t i = 0; i < domain.dimensions(); ++i) {
    const double size = std::cbrt(std::min(domain.size(i), kWidestShare));
    shares.push_back({{schema::Query::Kind::marginal, schema::Marginal{i}, 0, 0}, size * size});
    total += size * size;
  }
  for (Share& share : shares) share.part *= part / total;
  return shares;
}

}  // namespace fedloom::coordinator
