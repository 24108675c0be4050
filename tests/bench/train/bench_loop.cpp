// The whole loop on a coded table, with exact counting and the real noise, in one process: synthetic rows, CPU
// seconds and peak memory. For the errors of the rows run `fedloom evaluate` on what it writes.
//
//   bench_loop --csv TABLE.csv --domain DOMAIN.json [--trust none|central] [--sites 3] [--epsilon 1]
//              [--delta 1e-9] [--seed 0] [--method gem|independent] [--network table|mlp] [--degree 3] [--components
//              500] [--take ROWS] [--keep ATTRIBUTE]
//              [--refit 1] [--gpu 1] [--score DEGREE] [--save MEASUREMENTS.jsonl] [--out SYNTHETIC.csv]
//
// --score prints the mean L1 error of all marginals of that degree: of as many rows as the run drew, and of the model.
//
// The noise comes from a seeded generator, so that a figure can be repeated: never do so with private rows.

#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fedloom/coordinator/loop.hpp"
#include "fedloom/privacy/sampler.hpp"
#include "fedloom/train/libtorch.hpp"
#include "support/split_mix_random.hpp"

namespace {

using namespace fedloom;

struct Table {
  schema::Schema schema;
  std::vector<std::vector<std::uint32_t>> columns;
  std::size_t rows() const { return columns[0].size(); }
};

std::uint32_t whole(const std::string& text) { return static_cast<std::uint32_t>(std::stoul(text)); }

Table read_table(const std::string& csv, const std::string& domain, std::size_t most) {
  std::ifstream description(domain), in(csv);
  if (!description || !in) throw std::runtime_error("cannot read " + (in ? domain : csv));
  const auto sizes = nlohmann::ordered_json::parse(description);
  std::string line, cell;
  std::getline(in, line);
  std::vector<std::string> header;
  for (std::stringstream text(line); std::getline(text, cell, ',');) header.push_back(cell);
  std::vector<schema::Attribute> attributes;
  std::map<std::string, std::size_t> position;
  for (const auto& [name, size] : sizes.items()) {
    position[name] = attributes.size();
    attributes.push_back({name, schema::Coded{size.get<std::uint32_t>(), schema::Outside::refuse}, false, {""}});
  }
  Table table{schema::Schema(attributes, {}), std::vector<std::vector<std::uint32_t>>(attributes.size())};
  while (std::getline(in, line) && table.rows() < most) {
    std::stringstream text(line);
    for (const std::string& name : header) {
      std::getline(text, cell, ',');
      if (position.contains(name)) table.columns[position[name]].push_back(whole(cell));
    }
  }
  return table;
}

std::vector<std::int64_t> count(const Table& table, const schema::Marginal& marginal) {
  const schema::Domain& domain = table.schema.domain();
  std::vector<std::uint32_t> key(table.rows(), 0);
  for (const std::uint32_t i : marginal) {
    for (std::size_t row = 0; row < key.size(); ++row) key[row] = key[row] * domain.size(i) + table.columns[i][row];
  }
  std::vector<std::int64_t> out(marginal.cells(domain), 0);
  for (const std::uint32_t k : key) ++out[k];
  return out;
}

/// Keeps counts: the exponential mechanism asks for the same ones in every round.
class Counter {
 public:
  explicit Counter(const Table& table) : table_(&table) {}
  const std::vector<std::int64_t>& counts(const schema::Marginal& marginal) {
    auto& kept = kept_[marginal];
    if (kept.empty()) kept = count(*table_, marginal);
    return kept;
  }
  std::vector<std::int64_t> answer(const schema::Query& query) {
    const std::vector<std::int64_t>& cells = counts(query.marginal);
    if (query.kind == schema::Query::Kind::marginal) return cells;
    std::vector<std::int64_t> out(query.sketch_rows, 0);
    for (std::uint32_t row = 0; row < query.sketch_rows; ++row) {
      const auto signs = schema::sketch_signs(query, row, cells.size());
      for (std::size_t c = 0; c < cells.size(); ++c)
        out[row] += (signs[c / 64] >> (c % 64) & 1U) ? cells[c] : -cells[c];
    }
    return out;
  }

 private:
  const Table* table_;
  std::map<schema::Marginal, std::vector<std::int64_t>> kept_;
};

/// The table in the bins of a plan.
Table binned(const Table& table, const schema::Coarsening& coarsening) {
  const schema::Domain over = coarsening.over(table.schema.domain());
  std::vector<schema::Attribute> attributes;
  for (const auto& axis : over.axes()) {
    attributes.push_back({axis.name, schema::Coded{axis.size, schema::Outside::refuse}, false, {""}});
  }
  Table out{schema::Schema(attributes, {}), table.columns};
  for (const auto& axis : coarsening.axes()) {
    for (std::uint32_t& code : out.columns[axis.attribute]) code = axis.bin_of[code];
  }
  return out;
}

/// The table, in the bins that each step asks over.
class Rows {
 public:
  explicit Rows(const Table& table) : table_(&table) {}
  Counter& over(const schema::Coarsening& coarsening) {
    for (auto& [known, bins] : bins_) {
      if (known == coarsening) return bins->counter;
    }
    bins_.emplace_back(coarsening, std::make_unique<Bins>(binned(*table_, coarsening)));
    return bins_.back().second->counter;
  }

 private:
  struct Bins {
    explicit Bins(Table&& made) : table(std::move(made)), counter(table) {}
    Table table;
    Counter counter;
  };
  const Table* table_;
  std::vector<std::pair<schema::Coarsening, std::unique_ptr<Bins>>> bins_;
};

std::vector<boundary::Measurement> measure(Rows& rows, const boundary::RoundPlan& plan, std::uint32_t sites,
                                           RandomWords& random) {
  std::vector<boundary::Measurement> out;
  Counter& counter = rows.over(plan.coarsening);
  for (const auto& [query, noise] : plan.queries) {
    std::vector<std::int64_t> values = counter.answer(query), draws(values.size());
    for (std::int64_t& v : values) v <<= noise.grid_bits;
    for (std::uint32_t site = 0; site < sites; ++site) {
      privacy::discrete_gaussian_fill(noise, draws, random);
      for (std::size_t k = 0; k < values.size(); ++k) values[k] += draws[k];
    }
    out.push_back({query, std::move(values), noise.grid_bits, std::sqrt(sites * noise.variance_counts()), plan.round,
                   plan.coarsening, plan.stage == boundary::look_stage});
  }
  return out;
}

std::size_t select(Rows& rows, const coordinator::SelectStep& step, RandomWords& random) {
  Counter& counter = rows.over(step.coarsening);
  std::vector<std::int64_t> scores;
  for (const boundary::Candidate& candidate : step.candidates) {
    const std::vector<std::int64_t>& truth = counter.counts(candidate.marginal);
    std::int64_t distance = 0;
    for (std::size_t c = 0; c < truth.size(); ++c) distance += std::abs(truth[c] - candidate.model[c]);
    scores.push_back(candidate.weight_256 * distance - candidate.penalty_256);
  }
  const privacy::Rational scale{std::uint64_t{512} << step.event.epsilon_shift, step.event.epsilon_num};
  return privacy::exponential_mechanism(scores, scale, random);
}

/// Mean L1 distance of normalised histograms over all marginals of `degree`: of the rows drawn, and of the model
/// itself.
struct Errors {
  double rows = 0, model = 0;
};
Errors errors_of(const model::Generator& generator, Rows& table_rows, const Table& table, std::size_t degree,
                 std::uint64_t rows, std::uint64_t seed) {
  Counter& counter = table_rows.over({});
  Table drawn{table.schema, std::vector<std::vector<std::uint32_t>>(table.columns.size())};
  generator.sample(rows, seed, [&](std::span<const std::uint32_t> codes, std::size_t n) {
    const std::size_t d = drawn.columns.size();
    for (std::size_t row = 0; row < n; ++row) {
      for (std::size_t i = 0; i < d; ++i) drawn.columns[i].push_back(codes[row * d + i]);
    }
  });
  const std::vector<schema::Marginal> marginals = schema::all_marginals(table.columns.size(), degree);
  Errors sum;
  for (const schema::Marginal& marginal : marginals) {
    // A model over bins has no answer over codes without drawing rows.
    const std::vector<std::vector<float>> model =
        generator.expansion().empty()
            ? train::answers(generator, {marginal}, 1.0)
            : std::vector<std::vector<float>>{std::vector<float>(marginal.cells(table.schema.domain()), NAN)};
    const std::vector<std::int64_t>& truth = counter.counts(marginal);
    const std::vector<std::int64_t> own = count(drawn, marginal);
    for (std::size_t c = 0; c < truth.size(); ++c) {
      const double p = static_cast<double>(truth[c]) / static_cast<double>(table.rows());
      sum.rows += std::abs(static_cast<double>(own[c]) / static_cast<double>(rows) - p);
      sum.model += std::abs(static_cast<double>(model[0][c]) - p);
    }
  }
  const auto n = static_cast<double>(marginals.size());
  return {sum.rows / n, sum.model / n};
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

void write_rows(const model::Generator& generator, std::uint64_t rows, std::uint64_t seed, const std::string& file) {
  std::ofstream out(file);
  const std::size_t d = generator.domain().dimensions();
  for (std::size_t i = 0; i < d; ++i) out << (i ? "," : "") << generator.domain().name(i);
  out << '\n';
  generator.sample(rows, seed, [&](std::span<const std::uint32_t> codes, std::size_t n) {
    for (std::size_t row = 0; row < n; ++row) {
      for (std::size_t i = 0; i < d; ++i) out << (i ? "," : "") << codes[row * d + i];
      out << '\n';
    }
  });
}

int run(const std::map<std::string, std::string>& option) {
  const auto get = [&](const std::string& name, const std::string& otherwise) {
    const auto found = option.find(name);
    return found == option.end() ? otherwise : found->second;
  };
  const Table table = read_table(get("csv", ""), get("domain", ""), std::stoul(get("take", "1000000000")));
  config::Experiment experiment{.file = "bench", .name = "bench", .schema = table.schema};
  experiment.privacy.epsilon = {std::stod(get("epsilon", "1"))};
  experiment.privacy.delta = {std::stod(get("delta", "1e-9"))};
  const bool central = get("trust", "none") == "central";
  experiment.privacy.trust = central ? config::Trust::central : config::Trust::none;
  experiment.seed = std::stoul(get("seed", "0"));
  if (get("method", "gem") == "independent") experiment.generator.method = config::Method::independent;
  if (get("network", "table") == "mlp") experiment.generator.network = config::Network::mlp;
  experiment.generator.degree = whole(get("degree", "3"));
  if (option.contains("keep")) experiment.generator.keep = {option.at("keep")};
  const std::uint32_t sites = central ? 1 : whole(get("sites", "3"));
  train::set_threads(whole(get("threads", "1")));
  if (option.contains("components")) experiment.generator.components = whole(option.at("components"));
  const bool verbose = get("verbose", "") == "1";

  test::SplitMixRandom random(experiment.seed + 1000);
  Rows rows_of_table(table);
  double loop_cpu = 0, mark = cpu_seconds();
  const auto lap = [&] { return std::exchange(mark, cpu_seconds()); };
  coordinator::Loop loop(experiment, sites);
  const train::Compute compute{nullptr, get("gpu", "0") == "1"};
  loop.fit_on(compute);
  coordinator::RoundRecord record;
  while (!std::holds_alternative<coordinator::FinishedStep>(loop.next())) {
    if (const auto* step = std::get_if<coordinator::MeasureStep>(&loop.next())) {
      auto taken = measure(rows_of_table, step->plan, sites, random);
      lap();
      record = loop.absorb(std::move(taken));
    } else {
      const std::size_t index = select(rows_of_table, std::get<coordinator::SelectStep>(loop.next()), random);
      lap();
      record = loop.selected(index);
    }
    const double before = mark;
    lap();
    loop_cpu += mark - before;
    if (verbose) {
      std::printf("round %u/%u %-8s spent %.4f cells %lu chi2 %.2f fit %.2f s", record.round, record.rounds_planned,
                  record.stage.c_str(), record.rho_spent / record.rho_budget, record.cells, record.chi2_per_cell,
                  record.seconds_fit);
      if (record.stage != "sketch") {
        for (const auto& r : record.measured) std::printf(" [%s]", r.name(table.schema.domain()).c_str());
      }
      std::printf("\n");
    }
  }
  lap();
  double before = mark;
  record = loop.finish();
  lap();
  const double last_fit = mark - before;
  before = mark;
  const auto rows = static_cast<std::uint64_t>(std::llround(loop.rows_estimate()));
  if (const std::string out = get("out", ""); !out.empty()) {
    train::FitReport report;
    if (get("refit", "0") == "1") {
      write_rows(coordinator::refit(experiment, loop.measurements(), report, compute), rows, experiment.seed, out);
    } else {
      write_rows(loop.generator(), rows, experiment.seed, out);
    }
  }
  lap();
  if (const std::string file = get("save", ""); !file.empty()) {
    boundary::save_measurements(file, table.schema.domain(), loop.measurements());
  }
  if (const std::uint32_t degree = whole(get("score", "0")); degree > 0) {
    const Errors errors = errors_of(loop.generator(), rows_of_table, table, degree, rows, experiment.seed);
    std::printf("error of rows %.5f of the model %.5f | ", errors.rows, errors.model);
  }
  std::printf(
      "%s epsilon %s seed %lu rounds %u spent/budget 1-%.2e rows %lu chi2/cell %.2f lambda %.4f | CPU s: loop %.1f + "
      "last fit %.1f + sampling %.1f, all with counting %.1f | peak %.0f MB\n",
      get("trust", "none").c_str(), get("epsilon", "1").c_str(), experiment.seed, record.round,
      1.0 - record.rho_spent / record.rho_budget, rows, record.chi2_per_cell, record.lambda, loop_cpu, last_fit,
      mark - before, cpu_seconds(), peak_megabytes());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> option;
  for (int k = 1; k + 1 < argc; k += 2) option[std::string(argv[k]).substr(2)] = argv[k + 1];
  if (!option.contains("csv") || !option.contains("domain")) {
    std::cerr << "usage: bench_loop --csv TABLE.csv --domain DOMAIN.json [--trust none|central] [--sites 3] "
                 "[--epsilon 1] [--delta 1e-9] [--seed 0] [--method gem|independent] [--take ROWS] [--out FILE]\n";
    return 2;
  }
  return run(option);
}
