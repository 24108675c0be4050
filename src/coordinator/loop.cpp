#include "fedloom/coordinator/loop.hpp"

#include <algorithm>
#include <chrono>

#include "coordinator/loop_impl.hpp"
#include "fedloom/base/check.hpp"

namespace fedloom::coordinator {
namespace {

constexpr double kLastStepSize = 0.2;

train::NetworkKind network_of(const config::Experiment& experiment) {
  return experiment.generator.network == config::Network::mlp ? train::NetworkKind::mlp : train::NetworkKind::table;
}

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

std::uint32_t components_of(const config::Experiment& experiment) {
  return asks_one_ways_only(experiment) ? 1 : experiment.generator.components.value_or(kComponents);
}

LastFit last_fit(const config::Experiment& experiment, double clearness) {
  const bool clear = clearness > kClear;
  const std::uint32_t components = components_of(experiment);
  const std::uint32_t steps = network_of(experiment) == train::NetworkKind::mlp ? 3 * kSteps : kSteps;
  return {.components = clear && !experiment.generator.components ? 2 * components : components,
          .steps = clear ? 2 * steps : steps};
}

Loop::Impl::Impl(const config::Experiment& e, std::uint32_t sites)
    : experiment(e),
      crowd(Crowd::of(e, sites)),
      workload(e.schema.domain(), e.generator),
      budget(privacy::rho_of(e.privacy.epsilon, e.privacy.delta)),
      generator(e.schema.domain(), components_of(e)),
      measured_domain(e.schema.domain()) {}

bool Loop::Impl::one_way_only() const { return asks_one_ways_only(experiment); }

void Loop::Impl::plan_first() {
  std::vector<Share> first = one_way_shares(domain(), one_way_only()         ? 1.0 - kCountPart
                                                      : pairs_kept().empty() ? kOneWayPart
                                                                             : kOneWayPartBesideKept);
  first.insert(first.begin(), {{schema::Query::Kind::marginal, schema::Marginal(), 0, 0}, kCountPart});
  measure_next(Phase::one_way, std::move(first));
}

double Loop::Impl::predicted_noise() const {
  return typical_noise(workload, domain().dimensions(), budget.total(), crowd.inflation(), total_rows());
}

double Loop::Impl::missing_one_way_part() const {
  const double wanted = one_way_part(domain(), budget.total(), crowd.inflation(), total_rows());
  return (wanted - kOneWayPart) * budget.total() / budget.left();
}

void Loop::Impl::plan_after(Phase done) {
  if (budget.exhausted()) return stop();
  switch (done) {
    case Phase::one_way:
      if (one_way_only()) return measure_remainder();
      return state.one_ways_complete ? plan_after_look() : plan_look();
    case Phase::look:
      return plan_after_look();
    case Phase::sketch:
      return start_batches();
    case Phase::batch:
      ++state.batch;
      return plan_batch();
    case Phase::measure:
      return state.last_pick ? measure_remainder() : plan_selection();
    default:
      return measure_remainder();
  }
}

void Loop::Impl::add_missing_one_ways(std::vector<Share>& wanted) {
  const double more = missing_one_way_part();
  state.one_ways_complete = true;
  if (more <= 1e-6) return;
  for (Share& share : one_way_shares(domain(), more)) wanted.push_back(std::move(share));
}

void Loop::Impl::measure_next(Phase phase, std::vector<Share> wanted, const schema::Coarsening& over) {
  pending_bins = over.empty() ? coarsening : combine(coarsening, over, experiment.schema.domain());
  state.phase = phase;
  ++state.round;
  state.attempt = 0;
  state.rounds_planned = std::max(state.rounds_planned, state.round);
  shares = std::move(wanted);
  price_step();
}

void Loop::Impl::measure_remainder() { measure_next(Phase::remainder, one_way_shares(domain(), 1.0)); }

void Loop::Impl::stop() {
  state.phase = Phase::finished;
  state.rounds_planned = state.round;
  shares.clear();
  step = FinishedStep{};
}

// A step is kept as parts of what is left, so that after a loss the same parts of less are asked for.
void Loop::Impl::price_step() {
  if (state.phase == Phase::select) return build_selection();
  boundary::RoundPlan frame;
  frame.round = state.round;
  frame.attempt = state.attempt;
  frame.stage = state.phase == Phase::one_way || state.phase == Phase::remainder ? "one-way"
                : state.phase == Phase::look                                     ? std::string(boundary::look_stage)
                : state.phase == Phase::sketch                                   ? "sketch"
                                                                                 : "measure";
  frame.coarsening = pending_bins;
  step = MeasureStep{price(std::move(frame), shares, budget.left(), crowd, experiment.schema.domain())};
}

RoundRecord Loop::Impl::record(const std::string& stage, double rho_step) const {
  RoundRecord record;
  record.round = state.round;
  record.rounds_planned = state.rounds_planned;
  record.stage = stage;
  record.rho_step = rho_step;
  record.rho_spent = budget.spent();
  record.rho_budget = budget.total();
  record.rows_estimate = measurements.empty() ? 0.0 : total_rows();
  return record;
}

train::FitReport Loop::Impl::fit(std::uint32_t steps, double step_size) {
  const std::vector<boundary::Measurement> used = without_look();
  return train::fit(generator, used, {steps, step_size, train::mutual_information_weight(used), compute});
}

Loop::Loop(const config::Experiment& experiment, std::uint32_t sites)
    : impl_(std::make_unique<Impl>(experiment, sites)) {
  impl_->plan_first();
}

Loop::Loop(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Loop::~Loop() = default;
Loop::Loop(Loop&&) noexcept = default;

const Step& Loop::next() { return impl_->step; }

RoundRecord Loop::absorb(std::vector<boundary::Measurement> measurements) {
  Impl& loop = *impl_;
  const auto* pending = std::get_if<MeasureStep>(&loop.step);
  FEDLOOM_CHECK(pending != nullptr && pending->plan.queries.size() == measurements.size());
  const double cost = boundary::cost_of(pending->plan, loop.experiment.schema.domain()).value;
  const std::string stage = pending->plan.stage;
  loop.budget.book(cost);
  std::vector<schema::Marginal> measured;
  std::uint64_t cells = 0;
  for (const boundary::Measurement& m : measurements) {
    measured.push_back(m.query.marginal);
    cells += m.grid_values.size();
  }
  const Stopwatch watch;
  std::vector<std::vector<float>> before;
  const Phase done = loop.state.phase;
  if (done == Phase::measure) before = train::answers(loop.generator, {measured[0]}, loop.total_rows());
  loop.released.insert(loop.released.end(), measurements.begin(), measurements.end());
  std::vector<boundary::Measurement> folded = fold(measurements, loop.coarsening, loop.experiment.schema.domain());
  std::move(folded.begin(), folded.end(), std::back_inserter(loop.measurements));
  if (done == Phase::one_way) loop.coarsen();
  train::FitReport report;
  if (loop.one_way_only()) {
    report = train::fit_independent(loop.generator, loop.measurements);
  } else if (done == Phase::one_way || done == Phase::look || done == Phase::sketch) {
    train::initialise(loop.generator, loop.measurements, loop.experiment.seed);
  } else if (done == Phase::batch) {
    report = loop.fit(100, 0.2);
  } else if (done == Phase::measure) {
    report = loop.fit(40, 0.15);
    loop.anneal(measurements[0], before[0]);
  }
  const double seconds = watch.seconds();
  RoundRecord record = loop.record(stage, cost);
  loop.plan_after(done);
  record.rounds_planned = loop.state.rounds_planned;
  record.measured = std::move(measured);
  record.cells = cells;
  record.chi2_per_cell = report.chi2_per_cell;
  record.lambda = report.lambda;
  record.seconds_fit = seconds;
  return record;
}

RoundRecord Loop::selected(std::size_t index) {
  Impl& loop = *impl_;
  const auto* pending = std::get_if<SelectStep>(&loop.step);
  FEDLOOM_CHECK(pending != nullptr && index < pending->candidates.size());
  const double cost = privacy::rho(pending->event).value;
  loop.budget.book(cost);
  RoundRecord record = loop.record("select", cost);
  record.measured = {pending->candidates[index].marginal};
  loop.plan_measurement(loop.selectable()[index]);
  record.rounds_planned = loop.state.rounds_planned;
  return record;
}

void Loop::lost(privacy::Rho booked) {
  Impl& loop = *impl_;
  FEDLOOM_CHECK(!std::holds_alternative<FinishedStep>(loop.step));
  loop.budget.raise_to(booked.value);
  if (loop.budget.exhausted()) return loop.stop();
  ++loop.state.attempt;
  loop.price_step();
}

RoundRecord Loop::finish() {
  Impl& loop = *impl_;
  FEDLOOM_CHECK(std::holds_alternative<FinishedStep>(loop.step));
  const Stopwatch watch;
  train::FitReport report;
  // From a fresh start: a model that grew with its measurements keeps some of the way it came, and errs more.
  loop.generator = refit(loop.experiment, loop.released, report, loop.compute);
  RoundRecord record = loop.record("final fit", 0.0);
  record.chi2_per_cell = report.chi2_per_cell;
  record.lambda = report.lambda;
  record.seconds_fit = watch.seconds();
  return record;
}

void Loop::fit_on(const train::Compute& compute) { impl_->compute = compute; }

const model::Generator& Loop::generator() const noexcept { return impl_->generator; }
std::vector<boundary::Measurement> Loop::measurements() const { return impl_->released; }
double Loop::rows_estimate() const { return impl_->total_rows(); }
privacy::Rho Loop::spent() const noexcept { return {impl_->budget.spent()}; }

void Loop::save(const std::filesystem::path& folder) const { impl_->save(folder); }

Loop Loop::resume(const config::Experiment& experiment, std::uint32_t sites, const std::filesystem::path& folder) {
  auto impl = std::make_unique<Impl>(experiment, sites);
  impl->load(folder);
  return Loop(std::move(impl));
}

model::Generator refit(const config::Experiment& experiment, const std::vector<boundary::Measurement>& released,
                       train::FitReport& report, const train::Compute& compute) {
  const schema::Domain& fine = experiment.schema.domain();
  if (asks_one_ways_only(experiment)) {
    model::Generator generator(fine, components_of(experiment));
    report = train::fit_independent(generator, released);
    return generator;
  }
  const schema::Coarsening coarsening = coarsening_of(experiment.schema, released);
  const std::vector<boundary::Measurement> measurements = fold(released, coarsening, fine);
  const LastFit last = last_fit(experiment, train::clearness(measurements));
  model::Generator generator(coarsening.over(fine), last.components);
  train::initialise(generator, measurements, experiment.seed, network_of(experiment));
  report = train::fit(generator, measurements,
                      {last.steps, kLastStepSize, train::mutual_information_weight(measurements), compute});
  if (!coarsening.empty()) generator.expand(expansion_for(released, coarsening, fine));
  return generator;
}

}  // namespace fedloom::coordinator
