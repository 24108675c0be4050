#include "coordinator/selection.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "fedloom/base/public_stream.hpp"

namespace fedloom::coordinator {
namespace {

using schema::Marginal;

constexpr std::uint32_t kSketchRows = 8;
constexpr std::uint64_t kSketchedTriple = 64;
constexpr std::size_t kSketchedTriplesPerPair = 8;
constexpr std::uint64_t kLargestTriple = 6000;

/// C(n, k) for k ≤ 2, as much as a workload of degree 3 needs.
double choose(double n, std::uint32_t k) { return k == 0 ? 1.0 : k == 1 ? n : n * (n - 1.0) / 2.0; }

/// u_a = Σ_{q∋a} c_q: then w_r = Σ_{a∈r} u_a.
std::vector<double> attribute_weights(const schema::Domain& domain, const config::GeneratorConfig& generator) {
  const double d = static_cast<double>(domain.dimensions());
  const std::uint32_t others = std::min<std::uint32_t>(generator.degree, static_cast<std::uint32_t>(d)) - 1;
  std::set<std::string> keep(generator.keep.begin(), generator.keep.end());
  std::vector<double> weights;
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    const double all = choose(d - 1.0, others);
    const double untouched =
        keep.contains(domain.name(i)) ? 0.0 : choose(std::max(0.0, d - 1.0 - static_cast<double>(keep.size())), others);
    weights.push_back(all + (all - untouched));
  }
  return weights;
}

std::vector<Marginal> pairs_in(const Marginal& triple) {
  return {{triple[0], triple[1]}, {triple[0], triple[2]}, {triple[1], triple[2]}};
}

/// Error of a triple: its own sketch where there is one, else what its pairs lack.
double triple_error(const Marginal& triple, const std::map<Marginal, double>& errors) {
  double largest = 0, sum = 0;
  for (const Marginal& pair : pairs_in(triple)) {
    const auto found = errors.find(pair);
    const double e = found == errors.end() ? 0.0 : found->second;
    largest = std::max(largest, e);
    sum += e * e;
  }
  const auto own = errors.find(triple);
  return own == errors.end() ? std::sqrt(sum) : std::max(own->second, largest);
}

/// Pairs already inside the batch: measuring them again would add little.
class Covered {
 public:
  bool makes_idle(const Marginal& marginal, bool sketched) const {
    if (marginal.degree() == 2) return pairs_.contains(marginal);
    if (sketched) return false;
    std::size_t known = 0;
    for (const Marginal& pair : pairs_in(marginal)) known += pairs_.contains(pair) ? 1 : 0;
    return known >= 2;
  }
  void add(const Marginal& marginal) {
    if (marginal.degree() == 2) pairs_.insert(marginal);
    if (marginal.degree() == 3) {
      for (const Marginal& pair : pairs_in(marginal)) pairs_.insert(pair);
    }
  }

 private:
  std::set<Marginal> pairs_;
};

}  // namespace

Kept::Kept(const schema::Domain& domain, const config::GeneratorConfig& generator) {
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    kept_.push_back(std::find(generator.keep.begin(), generator.keep.end(), domain.name(i)) != generator.keep.end());
  }
}

bool Kept::in(const Marginal& marginal) const {
  return std::any_of(marginal.begin(), marginal.end(), [&](std::uint32_t i) { return kept_[i]; });
}

std::vector<Marginal> kept_pairs(const Workload& workload, const Kept& kept, std::size_t dimensions) {
  std::vector<Marginal> pairs;
  std::copy_if(workload.marginals().begin(), workload.marginals().end(), std::back_inserter(pairs),
               [&](const Marginal& marginal) { return marginal.degree() == 2 && kept.in(marginal); });
  if (pairs.size() > 2 * dimensions) pairs.clear();
  return pairs;
}

Workload::Workload(const schema::Domain& domain, const config::GeneratorConfig& generator) {
  const std::vector<double> attribute = attribute_weights(domain, generator);
  const std::size_t degree = std::min<std::size_t>(generator.degree, domain.dimensions());
  const Kept kept(domain, generator);
  double largest = 0, log_cells = 0;
  std::size_t pairs = 0;
  for (std::size_t k = 1; k <= degree; ++k) {
    for (const Marginal& marginal : schema::all_marginals(domain.dimensions(), k)) {
      const std::uint64_t cells = marginal.cells(domain);
      if (k > 1 && cells > generator.max_cells) continue;
      marginals_.push_back(marginal);
      cells_.push_back(cells);
      weights_.push_back(std::accumulate(marginal.begin(), marginal.end(), 0.0,
                                         [&](double sum, std::uint32_t i) { return sum + attribute[i]; }));
      if (kept.in(marginal)) weights_.back() *= kKeptWorth;
      largest = std::max(largest, weights_.back());
      if (k == 2) {
        log_cells += std::log(static_cast<double>(cells));
        ++pairs;
      }
    }
  }
  for (double& weight : weights_) weight /= largest;
  if (pairs > 0) reference_cells_ = std::exp(log_cells / static_cast<double>(pairs));
}

double typical_noise(const Workload& workload, std::size_t dimensions, double rho, double inflation, double rows) {
  const double sigma = inflation * std::sqrt(static_cast<double>(dimensions) / (1.2 * rho));
  return kNoiseBias * workload.reference_cells() * sigma / rows;
}

double one_way_part(const schema::Domain& domain, double rho, double inflation, double rows) {
  const auto d = static_cast<double>(domain.dimensions());
  double mean_square = 0, noise = 0;
  for (std::size_t i = 0; i < domain.dimensions(); ++i) mean_square += std::pow(domain.size(i), 2.0 / 3.0) / d;
  const double sigma = inflation * std::sqrt(d / (0.5 * rho));
  for (std::size_t i = 0; i < domain.dimensions(); ++i) {
    noise += domain.size(i) * sigma / std::sqrt(std::pow(domain.size(i), 2.0 / 3.0) / mean_square) / d;
  }
  const double error = kNoiseBias * noise / rows;
  return 0.25 + 0.15 * std::clamp((error - 0.03) / 0.07, 0.0, 1.0);
}

std::vector<schema::Query> sketch_queries(const Workload& workload, std::uint64_t seed) {
  std::vector<Marginal> pairs, triples;
  for (std::size_t k = 0; k < workload.size(); ++k) {
    const Marginal& marginal = workload.marginals()[k];
    if (marginal.degree() == 2) pairs.push_back(marginal);
    if (marginal.degree() == 3 && workload.cells(k) <= kSketchedTriple) triples.push_back(marginal);
  }
  if (triples.size() <= kSketchedTriplesPerPair * pairs.size())
    pairs.insert(pairs.end(), triples.begin(), triples.end());
  PublicStream stream(seed, "fedloom sketch");
  std::vector<schema::Query> queries;
  for (const Marginal& marginal : pairs) {
    queries.push_back({schema::Query::Kind::sketch, marginal, kSketchRows, stream.next()});
  }
  return queries;
}

double sketched_error(const boundary::Measurement& sketch, const std::vector<double>& model, std::uint64_t cells) {
  double square = 0;
  for (std::size_t k = 0; k < model.size(); ++k) square += std::pow(sketch.value(k) - model[k], 2);
  const double mean = square / static_cast<double>(model.size()) - sketch.sigma * sketch.sigma;
  return 0.7 * std::sqrt(static_cast<double>(cells) * std::max(0.0, mean));
}

std::vector<Marginal> choose_batch(const BatchRequest& request) {
  const Workload& workload = *request.workload;
  const std::map<Marginal, double>& errors = *request.errors;
  std::vector<std::pair<double, std::size_t>> scored;
  for (std::size_t k = 0; k < workload.size(); ++k) {
    const Marginal& marginal = workload.marginals()[k];
    if (marginal.degree() < 2 || (marginal.degree() == 3 && workload.cells(k) > kLargestTriple)) continue;
    if (std::binary_search(request.measured->begin(), request.measured->end(), marginal)) continue;
    const auto found = errors.find(marginal);
    const double error = marginal.degree() == 3  ? triple_error(marginal, errors)
                         : found == errors.end() ? 0.0
                                                 : found->second;
    const double gain = error - kNoiseBias * request.sigma * static_cast<double>(workload.cells(k));
    if (gain > 0) scored.emplace_back(workload.weight(k) * gain, k);
  }
  std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  Covered covered;
  std::vector<Marginal> batch;
  for (const auto& [score, k] : scored) {
    if (batch.size() >= request.want) break;
    const Marginal& marginal = workload.marginals()[k];
    if (covered.makes_idle(marginal, errors.contains(marginal))) continue;
    batch.push_back(marginal);
    covered.add(marginal);
  }
  return batch;
}

std::vector<double> batch_parts(const std::vector<Marginal>& batch, const schema::Domain& domain,
                                double reference_cells) {
  std::vector<double> parts;
  double total = 0;
  for (const Marginal& marginal : batch) {
    const double ratio = static_cast<double>(marginal.cells(domain)) / reference_cells;
    parts.push_back(std::clamp(std::pow(ratio, 2.0 / 3.0), 0.25, 4.0));
    total += parts.back();
  }
  for (double& part : parts) part /= total;
  return parts;
}

}  // namespace fedloom::coordinator
