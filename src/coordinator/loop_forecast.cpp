// What a run will ask for, before a row is touched. Follows the plan of the loop for the expected number of rows.

#include <algorithm>
#include <cmath>

#include "coordinator/look.hpp"
#include "coordinator/loop_impl.hpp"

namespace fedloom::coordinator {
namespace {

constexpr double kFlopsPerSecond = 2e10;  // one core, as LibTorch reaches it in products of this size

/// A stage of equal queries of `cells` entries each.
Forecast::Stage equal_stage(const std::string& name, double rho, std::uint64_t queries, double cells,
                            const Crowd& crowd) {
  Forecast::Stage stage{name, rho, queries, static_cast<std::uint64_t>(cells * static_cast<double>(queries)), 0, 0};
  const double booked = crowd.entity_rows * std::sqrt(static_cast<double>(queries) / (2.0 * rho));
  stage.site_sigma = booked / std::sqrt(crowd.contributors);
  stage.total_sigma = stage.site_sigma * std::sqrt(crowd.sites);
  return stage;
}

Forecast::Stage one_way_stage(const schema::Domain& domain, double rho, const Crowd& crowd) {
  const double mean = static_cast<double>(domain.width()) / static_cast<double>(domain.dimensions());
  return equal_stage("one-way", rho, domain.dimensions(), mean, crowd);
}

/// The look of a run with as many rows; its part of ρ; none where the run will leave it out.
struct ForecastLook {
  std::optional<Look> look;
  double part = 0, cells = 0;
};

ForecastLook look_of(const config::Experiment& experiment, const schema::Domain& bins, double rho, const Crowd& crowd,
                     double rows) {
  ForecastLook out;
  if (experiment.privacy.trust == config::Trust::aggregate) return out;
  const double part = experiment.privacy.trust == config::Trust::none ? kLookPart : kLookPartBesideScores;
  out.look = look_for(bins, {}, {experiment.generator.degree, part * rho, crowd.inflation(), rows});
  if (!out.look) return out;
  out.part = out.look->whole() ? kLookPartOfCodes : part;
  const schema::Domain over = out.look->bins.over(bins);
  for (const schema::Marginal& marginal : out.look->marginals) out.cells += static_cast<double>(marginal.cells(over));
  return out;
}

}  // namespace

Forecast forecast(const config::Experiment& experiment, std::uint32_t sites, std::uint64_t rows_guess) {
  const schema::Domain& domain = experiment.schema.domain();
  const Crowd crowd = Crowd::of(experiment, sites);
  const schema::Domain bins = at_most_bins(domain);
  const Workload workload(bins, experiment.generator);
  const double rho = privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta).value;
  const double rows = std::max(1.0, static_cast<double>(rows_guess));
  const bool independent = asks_one_ways_only(experiment);
  const bool exact_scores = experiment.privacy.trust != config::Trust::none;
  Forecast out;
  out.rho = rho;
  out.sites = sites;
  out.contributors = crowd.contributors;
  const std::vector<schema::Marginal> kept =
      independent || exact_scores ? std::vector<schema::Marginal>()
                                  : kept_pairs(workload, Kept(bins, experiment.generator), bins.dimensions());
  const double one_way = independent ? 1.0 - kCountPart
                                     : one_way_part(domain, rho, crowd.inflation(), rows) -
                                           (kept.empty() ? 0.0 : kOneWayPart - kOneWayPartBesideKept);
  out.stages.push_back(equal_stage("count", kCountPart * rho, 1, 1, crowd));
  out.stages.push_back(one_way_stage(domain, one_way * rho, crowd));
  const double noise = typical_noise(workload, domain.dimensions(), rho, crowd.inflation(), rows);
  const ForecastLook look = independent ? ForecastLook() : look_of(experiment, bins, rho, crowd, rows);
  if (look.look) {
    const auto queries = static_cast<std::uint64_t>(look.look->marginals.size());
    out.stages.push_back(
        equal_stage("look", look.part * rho, queries, look.cells / static_cast<double>(queries), crowd));
  }
  const bool sketches_wanted = !exact_scores && !(look.look && look.look->whole());
  const double sketch_part = sketches_wanted ? kSketchPart : 0.0;
  // Where the workload has triples, the marginals taken are of both degrees: in between in size.
  const double measured_cells = std::pow(workload.reference_cells(), experiment.generator.degree >= 3 ? 1.1 : 1.0);
  double fit_flops = 0, largest = std::max(static_cast<double>(domain.width()), look.cells);
  const double components = components_of(experiment), width = bins.width();
  const double step_flops = components * width * (4.0 * width + 60.0);
  if (independent) {
    out.rounds = 1;
  } else if (exact_scores) {
    const double picks = picks_for(domain.dimensions(), noise);
    const auto rounds = static_cast<std::uint32_t>(std::lround(picks));
    const double left = (1.0 - kCountPart - one_way - look.part) * rho;
    out.stages.push_back({"select", kPickPartOfSelection * left, rounds, 0, 0, 0});
    out.stages.push_back(equal_stage("measure", (1.0 - kPickPartOfSelection) * left, rounds, measured_cells, crowd));
    out.rounds = (one_way > kOneWayPart ? 2 : 1) + (look.look ? 1 : 0) + 2 * rounds;
    double cells = 0;
    for (std::size_t k = 0; k < workload.size(); ++k) cells += static_cast<double>(workload.cells(k));
    fit_flops = step_flops * 40.0 * picks + picks * 2.0 * components * cells;
    largest = std::max(largest, static_cast<double>(experiment.generator.max_cells));
  } else {
    double sketched = 0;
    if (sketches_wanted) {
      const std::vector<schema::Query> sketches = sketch_queries(workload, experiment.seed);
      Forecast::Stage sketch = equal_stage("sketch", sketch_part * rho, sketches.size(), 8, crowd);
      sketch.site_sigma *= std::sqrt(8.0);
      sketch.total_sigma *= std::sqrt(8.0);
      sketched = 8.0 * static_cast<double>(sketches.size());
      out.stages.push_back(sketch);
    }
    const double kept_part = sketches_wanted && !kept.empty() ? kKeptPairsPart : 0.0;
    if (kept_part > 0) {
      double cells = 0;
      for (const schema::Marginal& pair : kept) cells += static_cast<double>(pair.cells(bins));
      const auto pairs = static_cast<std::uint64_t>(kept.size());
      out.stages.push_back(
          equal_stage("kept pairs", kept_part * rho, pairs, cells / static_cast<double>(pairs), crowd));
    }
    const auto [cliques, batches] = batches_for(domain.dimensions(), noise);
    out.stages.push_back(equal_stage("measure",
                                     (1.0 - kCountPart - sketch_part - kept_part - look.part - one_way) * rho, cliques,
                                     measured_cells, crowd));
    out.rounds = 1 + (look.look ? 1 : 0) + (sketches_wanted ? 1 : 0) + batches;
    fit_flops = step_flops * 100.0 * batches;
    largest = std::max({largest, sketched, static_cast<double>(out.stages.back().cells) / batches});
  }
  // The last fit takes the look in, in many small products.
  const double sigma = out.stages.back().total_sigma;
  const LastFit last = last_fit(experiment, sigma > 0 ? std::sqrt(rows) / sigma : 0.0);
  if (!independent) fit_flops += last.steps * last.components * (step_flops / components + 12.0 * look.cells);
  if (!independent && experiment.generator.network == config::Network::mlp) {
    fit_flops += train::mlp_flops(last.components, width) * last.steps;
  }
  for (Forecast::Stage& stage : out.stages) {
    if (stage.name == "sketch" || stage.queries == 0) continue;
    stage.noise =
        kNoiseBias * stage.total_sigma * static_cast<double>(stage.cells) / static_cast<double>(stage.queries) / rows;
  }
  out.coordinator_bytes = static_cast<std::uint64_t>(
      230e6 + 4.0 * (6.0 * last.components * width + (independent ? 0.0 : 4.0 * width * width)));
  out.site_bytes_per_round = static_cast<std::uint64_t>(8.0 * largest);
  out.seconds = 0.3 + fit_flops / kFlopsPerSecond;
  return out;
}

}  // namespace fedloom::coordinator
