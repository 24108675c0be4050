#pragma once
// A small table that everybody may see, and a party that answers the loop's steps on it with real noise.

#include <cmath>
#include <cstdlib>
#include <functional>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/coordinator/loop.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "support/split_mix_random.hpp"

namespace fedloom::coordinator::test {

/// Five attributes; the second follows the first, the fourth the third.
struct ToyTable {
  explicit ToyTable(std::size_t count) {
    PublicStream stream(1, "toy rows");
    for (std::size_t row = 0; row < count; ++row) {
      const auto a = static_cast<std::uint32_t>(stream.below(4)), c = static_cast<std::uint32_t>(stream.below(3));
      const auto b = stream.below(10) < 8 ? a : static_cast<std::uint32_t>(stream.below(4));
      const auto d = stream.below(10) < 7 ? c : static_cast<std::uint32_t>(stream.below(3));
      rows.push_back({a, b, c, d, static_cast<std::uint32_t>(stream.below(2))});
    }
  }
  /// The same rows in the bins that a plan asks over.
  ToyTable recoded(const schema::Coarsening& coarsening) const {
    ToyTable out(*this);
    for (const auto& axis : coarsening.axes()) {
      for (auto& row : out.rows) row[axis.attribute] = axis.bin_of[row[axis.attribute]];
    }
    return out;
  }
  std::vector<std::vector<std::uint32_t>> rows;
};

inline config::Experiment toy_experiment(config::Trust trust, double epsilon) {
  const auto coded = [](const char* name, std::uint32_t size) {
    return schema::Attribute{name, schema::Coded{size, schema::Outside::refuse}, false, {""}};
  };
  config::Experiment experiment{
      .file = "toy.yaml",
      .name = "toy",
      .schema = schema::Schema({coded("a", 4), coded("b", 4), coded("c", 3), coded("d", 3), coded("e", 2)}, {})};
  experiment.privacy.epsilon = {epsilon};
  experiment.privacy.delta = {1e-6};
  experiment.privacy.trust = trust;
  experiment.generator.components = 12;
  experiment.seed = 4;
  return experiment;
}

class ToyParty {
 public:
  ToyParty(const ToyTable& table, std::uint32_t sites, std::uint64_t seed)
      : table_(&table), sites_(sites), random_(seed) {}

  static std::vector<std::int64_t> counts(const ToyTable& table, const schema::Query& query,
                                          const schema::Domain& domain) {
    std::vector<std::int64_t> cells(query.marginal.cells(domain), 0);
    for (const auto& row : table.rows) {
      std::size_t key = 0;
      for (const std::uint32_t i : query.marginal) key = key * domain.size(i) + row[i];
      ++cells[key];
    }
    if (query.kind == schema::Query::Kind::marginal) return cells;
    std::vector<std::int64_t> out(query.sketch_rows, 0);
    for (std::uint32_t k = 0; k < query.sketch_rows; ++k) {
      const auto signs = schema::sketch_signs(query, k, cells.size());
      for (std::size_t c = 0; c < cells.size(); ++c) {
        out[k] += ((signs[c / 64] >> (c % 64)) & 1U) != 0 ? cells[c] : -cells[c];
      }
    }
    return out;
  }

  std::vector<boundary::Measurement> measure(const boundary::RoundPlan& plan, const schema::Domain& domain) {
    const ToyTable table = table_->recoded(plan.coarsening);
    const schema::Domain over = plan.coarsening.over(domain);
    std::vector<boundary::Measurement> out;
    for (const auto& [query, noise] : plan.queries) {
      std::vector<std::int64_t> values = counts(table, query, over), draws(values.size());
      for (std::int64_t& v : values) v *= std::int64_t{1} << noise.grid_bits;
      for (std::uint32_t site = 0; site < sites_; ++site) {
        privacy::discrete_gaussian_fill(noise, draws, random_);
        for (std::size_t k = 0; k < values.size(); ++k) values[k] += draws[k];
      }
      out.push_back({query, values, noise.grid_bits, std::sqrt(sites_ * noise.variance_counts()), plan.round});
      out.back().coarsening = plan.coarsening;
      out.back().look = plan.stage == boundary::look_stage;
    }
    return out;
  }

  std::size_t select(const SelectStep& step, const schema::Domain& domain) {
    const ToyTable table = table_->recoded(step.coarsening);
    const schema::Domain over = step.coarsening.over(domain);
    std::vector<std::int64_t> scores;
    for (const boundary::Candidate& candidate : step.candidates) {
      const auto truth = counts(table, {schema::Query::Kind::marginal, candidate.marginal, 0, 0}, over);
      std::int64_t distance = 0;
      for (std::size_t c = 0; c < truth.size(); ++c) distance += std::abs(truth[c] - candidate.model[c]);
      scores.push_back(candidate.weight_256 * distance - candidate.penalty_256);
    }
    return privacy::exponential_mechanism(
        scores, {std::uint64_t{512} << step.event.epsilon_shift, step.event.epsilon_num}, random_);
  }

  RoundRecord answer(Loop& loop, const schema::Domain& domain) {
    if (const auto* step = std::get_if<MeasureStep>(&loop.next())) return loop.absorb(measure(step->plan, domain));
    return loop.selected(select(std::get<SelectStep>(loop.next()), domain));
  }

 private:
  const ToyTable* table_;
  std::uint32_t sites_;
  fedloom::test::SplitMixRandom random_;
};

inline bool finished(Loop& loop) { return std::holds_alternative<FinishedStep>(loop.next()); }

/// What the pending step would cost whoever takes it.
inline double cost_of_step(Loop& loop, const schema::Domain& domain) {
  if (const auto* step = std::get_if<MeasureStep>(&loop.next())) return boundary::cost_of(step->plan, domain).value;
  return privacy::rho(std::get<SelectStep>(loop.next()).event).value;
}

/// A step as bytes, to compare.
inline Bytes bytes_of(const Step& step) {
  ByteWriter out;
  if (const auto* measure = std::get_if<MeasureStep>(&step)) boundary::write(out, measure->plan);
  if (const auto* select = std::get_if<SelectStep>(&step)) {
    out.u32(select->round);
    out.u64(select->event.epsilon_num);
    for (const boundary::Candidate& c : select->candidates) {
      for (const std::uint32_t i : c.marginal) out.u32(i);
      out.u32(c.weight_256);
      out.u64(static_cast<std::uint64_t>(c.penalty_256));
      for (const std::int64_t v : c.model) out.u64(static_cast<std::uint64_t>(v));
    }
  }
  return std::move(out).take();
}

}  // namespace fedloom::coordinator::test
