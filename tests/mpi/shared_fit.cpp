// One fit by the ranks of a coordinator beside the same fit by its first rank alone.
//
//   mpirun -n 1 … shared_fit 1/3 : -n 1 … 2/3 : -n 1 … 3/3
//       the first rank compares what the two models answer, and prints how long each fit took

#include <chrono>
#include <cmath>
#include <cstdio>
#include <string>

#include "fedloom/base/error.hpp"
#include "fedloom/base/public_stream.hpp"
#include "fedloom/train/fit.hpp"
#include "fedloom/train/libtorch.hpp"
#include "fedloom/transport/mpi.hpp"

namespace {

using namespace fedloom;

constexpr std::uint32_t attributes = 12;
constexpr std::uint32_t size = 8;
constexpr std::size_t components = 500;
constexpr std::uint32_t rows = 20000;
/// The steps themselves make rounding grow, tenfold in some fifty: what few leave apart is rounding, or a fault.
constexpr std::uint32_t few_steps = 30;
constexpr std::uint32_t enough_steps = 150;

/// Rows whose neighbouring columns depend on one another.
std::vector<std::uint32_t> table() {
  PublicStream stream(1, "shared fit");
  std::vector<std::uint32_t> codes;
  for (std::size_t row = 0; row < rows; ++row) {
    std::uint32_t code = 0;
    for (std::uint32_t column = 0; column < attributes; ++column) {
      if (stream.uniform() < 0.4) code = static_cast<std::uint32_t>(stream.uniform() * size);
      codes.push_back((code + column) % size);
    }
  }
  return codes;
}

boundary::Measurement count(const std::vector<std::uint32_t>& codes, const schema::Marginal& marginal) {
  std::size_t cells = 1;
  for (std::size_t k = 0; k < marginal.degree(); ++k) cells *= size;
  boundary::Measurement counted;
  counted.query.marginal = marginal;
  counted.grid_values.resize(cells);
  counted.sigma = 10;
  for (std::size_t first = 0; first < codes.size(); first += attributes) {
    std::size_t cell = 0;
    for (const auto column : marginal) cell = cell * size + codes[first + column];
    ++counted.grid_values[cell];
  }
  return counted;
}

std::vector<boundary::Measurement> measurements() {
  const auto codes = table();
  std::vector<boundary::Measurement> counted;
  for (std::uint32_t a = 0; a < attributes; ++a) {
    counted.push_back(count(codes, {a}));
    for (std::uint32_t b = a + 1; b < attributes; ++b) counted.push_back(count(codes, {a, b}));
    if (a + 2 < attributes) counted.push_back(count(codes, {a, a + 1, a + 2}));
  }
  return counted;
}

schema::Domain domain() {
  std::vector<schema::Domain::Axis> all;
  for (std::uint32_t a = 0; a < attributes; ++a) all.push_back({"a" + std::to_string(a), size});
  return schema::Domain(all);
}

struct Fitted {
  model::Generator generator;
  double seconds = 0;
};

Fitted fit(const std::vector<boundary::Measurement>& measured, RankGroup* ranks, std::uint32_t steps) {
  Fitted result{model::Generator(domain(), components)};
  train::initialise(result.generator, measured, 3);
  const Instant started = monotonic_now();
  train::fit(result.generator, measured,
             {.steps = steps, .lambda = train::mutual_information_weight(measured), .compute = {.ranks = ranks}});
  result.seconds = std::chrono::duration<double>(monotonic_now() - started).count();
  return result;
}

/// The farthest that a model's answer to a measurement is off, as a part of the rows: total variation.
template <class Answer>
double farthest(const std::vector<boundary::Measurement>& measured, const model::Generator& generator,
                const Answer& truth) {
  double worst = 0;
  for (const auto& measurement : measured) {
    const auto answer = generator.answer(measurement.query.marginal);
    const std::vector<double> right = truth(measurement);
    double distance = 0;
    for (std::size_t k = 0; k < right.size(); ++k) distance += std::abs(answer[k] - right[k]) / 2;
    worst = std::max(worst, distance);
  }
  return worst;
}

/// What went wrong; empty when all is well.
std::string lead(RankGroup& ranks) {
  const auto measured = measurements();
  const auto alone = fit(measured, nullptr, few_steps);
  const auto shared = fit(measured, &ranks, few_steps);
  const auto again = fit(measured, &ranks, few_steps);
  const auto whole = fit(measured, &ranks, enough_steps);
  train::end_fits(ranks);
  const double apart = farthest(measured, shared.generator, [&](const auto& measurement) {
    return alone.generator.answer(measurement.query.marginal);
  });
  const double off = farthest(measured, whole.generator, [](const auto& measurement) {
    std::vector<double> counts;
    for (const auto value : measurement.grid_values) counts.push_back(static_cast<double>(value) / rows);
    return counts;
  });
  std::printf("alone %.2f s, by %u ranks %.2f s; %.1e apart, %.1e off the counts\n", alone.seconds, ranks.size(),
              shared.seconds, apart, off);
  if (shared.generator.probabilities() != again.generator.probabilities()) return "the same fit twice gave two models";
  if (off > 0.1) return "the fit is none";
  return apart < 1e-5 ? "" : "the ranks' model is another one";
}

}  // namespace

int main(int argc, char** argv) {
  const std::string place = argc > 1 ? argv[1] : "1/1";
  const auto part = static_cast<std::uint32_t>(std::stoul(place));
  const auto parts = static_cast<std::uint32_t>(std::stoul(place.substr(place.find('/') + 1)));
  auto wire = transport::MpiTransport::start(argc, argv, {}, {.party = "all", .part = part - 1, .parts = parts});
  train::set_threads(1);
  std::string fault;
  try {
    RankGroup& ranks = *wire->coordinator_ranks();
    if (part > 1) {
      train::serve_fits(ranks);
    } else {
      fault = lead(ranks);
    }
  } catch (const Error& error) {
    fault = error.what();
    wire->mark_failed();
  }
  if (!fault.empty()) std::printf("NOT OK at part %s: %s\n", place.c_str(), fault.c_str());
  if (fault.empty()) std::printf("part %s is well\n", place.c_str());
  wire.reset();
  return fault.empty() ? 0 : 1;
}
