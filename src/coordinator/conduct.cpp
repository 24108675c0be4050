#include "fedloom/coordinator/conduct.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/version.hpp"
#include "fedloom/coordinator/model_card.hpp"
#include "fedloom/model/synthetic_csv.hpp"

namespace fedloom::coordinator {
namespace {

model::TableFormat table_format(config::OutputFormat format) {
  return format == config::OutputFormat::sql       ? model::TableFormat::sql
         : format == config::OutputFormat::parquet ? model::TableFormat::parquet
                                                   : model::TableFormat::csv;
}

std::vector<model::TableFile> tables_of(const config::Experiment& experiment, const std::filesystem::path& folder) {
  std::vector<model::TableFile> tables;
  for (const config::OutputFormat format : experiment.formats) {
    tables.push_back({folder / (std::string("synthetic.") + config::name_of(format)), table_format(format)});
  }
  return tables;
}

class Conductor {
 public:
  Conductor(const config::Experiment& experiment, RunFolder& folder, MeasurementSource& source,
            const ConductOptions& options)
      : experiment_(experiment),
        folder_(folder),
        source_(source),
        options_(options),
        loop_(folder.has_checkpoint() ? Loop::resume(experiment, experiment.quorum().sites, folder.checkpoint())
                                      : Loop(experiment, experiment.quorum().sites)) {
    loop_.fit_on(options.compute);
  }

  RunResult run() {
    if (!folder_.resumed() && source_.booked().value > 0) {
      throw UsageError("a run of the name " + folder_.run_id() + " stands in the sites' ledgers already",
                       "choose another --out; the folder's name is the run's id");
    }
    take_up_lost_round();
    while (!std::holds_alternative<FinishedStep>(loop_.next())) {
      stop_if_asked();
      take(loop_.next());
    }
    // The sites wait asleep until the outputs are there: a process that has left may spin in MPI_Finalize.
    const RoundRecord last_fit = loop_.finish();
    const RunResult result = write_outputs();
    report(last_fit);
    folder_.write_ledger(source_.close(true, folder_.spends()), experiment_);
    return result;
  }

 private:
  /// After a crash a site may have booked a round that never arrived here. If all still hold their share it costs
  /// nothing to ask again; else what was booked is gone, and the rest is planned anew.
  void take_up_lost_round() {
    // All is measured: whatever a site says, there is nothing left to plan anew.
    if (std::holds_alternative<FinishedStep>(loop_.next())) return;
    const auto* step = std::get_if<MeasureStep>(&loop_.next());
    const bool held = step != nullptr && source_.holds(step->plan);
    // Sites and loop add the same costs up in another order: a difference in the last digits is none.
    const double rounding = 1e-9 * privacy::rho_of(experiment_.privacy.epsilon, experiment_.privacy.delta).value;
    const bool booked = source_.booked().value > loop_.spent().value + rounding;
    // A site that is missing, or that has booked less than was counted, may have booked what was asked last: its sum
    // does not tell. Count it as paid: asked for again, it would be paid for twice and listed once.
    const bool sure = source_.knows_all_books() && source_.booked().value >= loop_.spent().value - rounding;
    const bool may_be_booked = !sure && folder_.asked() == round_of(loop_.next());
    if (held || (!booked && !may_be_booked)) return;
    const PublicSpend lost = lost_spend();
    plan_anew(lost, {std::max(source_.booked().value, loop_.spent().value + privacy::cost_of({lost}).value)});
  }

  static std::uint32_t round_of(const Step& step) {
    if (const auto* measure = std::get_if<MeasureStep>(&step)) return measure->plan.round;
    if (const auto* select = std::get_if<SelectStep>(&step)) return select->round;
    return 0;
  }

  void plan_anew(const PublicSpend& lost, privacy::Rho booked) {
    note("a round was paid for and lost: planning the rest with what is left of the budget");
    folder_.add_spend(lost);
    loop_.lost(booked);
    loop_.save(folder_.checkpoint());
    // What is planned now has not been asked for yet.
    folder_.note_asked(0);
  }

  PublicSpend lost_spend() {
    const Step& step = loop_.next();
    PublicSpend lost{.kind = "lost"};
    if (const auto* measure = std::get_if<MeasureStep>(&step)) {
      lost.round = measure->plan.round;
      lost.stage = measure->plan.stage;
      lost.events = boundary::events_of(measure->plan, experiment_.schema.domain());
    } else if (const auto* select = std::get_if<SelectStep>(&step)) {
      lost.round = select->round;
      lost.stage = "select";
      lost.events = {select->event};
    }
    return lost;
  }

  void take(const Step& step) {
    folder_.note_asked(round_of(step));
    if (const auto* measure = std::get_if<MeasureStep>(&step)) return take(measure->plan);
    PublicSpend spent;
    const std::size_t index = source_.select(std::get<SelectStep>(step), spent);
    folder_.add_spend(spent);
    keep(loop_.selected(index));
  }

  void take(const boundary::RoundPlan& plan) {
    auto outcome = source_.measure(plan);
    if (const auto* lost = std::get_if<LostRound>(&outcome)) {
      note(lost->reason);
      // It stands in the public list now, so it counts, also where less is booked than had been feared before.
      const double counted = loop_.spent().value + privacy::cost_of({lost->spent}).value;
      plan_anew(lost->spent, {std::max(source_.booked().value, counted)});
      if (++losses_ < max_losses) return;
      throw PeerError("", std::to_string(losses_) + " rounds in a row were lost: " + lost->reason,
                      "see the logs of those that were lost, then start the run again with --resume");
    }
    losses_ = 0;
    auto& measured = std::get<Measured>(outcome);
    folder_.add_spend(measured.spent);
    RoundRecord record = loop_.absorb(std::move(measured.measurements));
    record.shares = measured.shares;
    keep(record);
  }

  void keep(const RoundRecord& record) {
    loop_.save(folder_.checkpoint());
    report(record);
  }

  void report(const RoundRecord& record) {
    folder_.add_round(record, experiment_.schema.domain());
    if (options_.on_round) options_.on_round(record);
  }

  void note(const std::string& text) const {
    if (options_.on_note) options_.on_note(text);
  }

  void stop_if_asked() {
    if (options_.stop == nullptr || !options_.stop->load()) return;
    source_.close(false, folder_.spends());
    throw StoppedCleanly("stopped on a signal; everything measured so far is in " + folder_.checkpoint().string(),
                         "go on with --resume " + folder_.root().string());
  }

  RunResult write_outputs() {
    if (loop_.measurements().empty()) {
      throw BudgetError("", "the whole budget was lost to crashes before anything was measured", "start a new run");
    }
    RunResult result;
    const auto budget = privacy::rho_of(experiment_.privacy.epsilon, experiment_.privacy.delta);
    result.rho_budget = budget.value;
    result.rho_spent = loop_.spent().value;
    result.epsilon_spent = privacy::epsilon_of(loop_.spent(), experiment_.privacy.delta).value;
    result.rows_written = experiment_.rows.value_or(static_cast<std::uint64_t>(std::llround(loop_.rows_estimate())));
    const auto folder = folder_.public_folder();
    config::write_resolved(experiment_, folder);
    boundary::save_measurements(folder / "measurements.jsonl", experiment_.schema.domain(), loop_.measurements());
    loop_.generator().save(folder, model_card(experiment_, result.epsilon_spent, model_notes()));
    model::write_tables({&loop_.generator(), result.rows_written, experiment_.seed}, experiment_.schema,
                        tables_of(experiment_, folder));
    result.seconds = std::chrono::duration<double>(monotonic_now() - started_).count();
    write_atomically(folder / "metrics.json", metrics(result) + "\n");
    return result;
  }

  std::string model_notes() const {
    return nlohmann::json{{"run_id", folder_.run_id()}, {"rows_estimate", loop_.rows_estimate()}}.dump();
  }

  std::string metrics(const RunResult& result) const {
    nlohmann::ordered_json json{{"name", experiment_.name},
                                {"run_id", folder_.run_id()},
                                {"version", version},
                                {"config_hash", to_hex(experiment_.hash())},
                                {"epsilon", experiment_.privacy.epsilon.value},
                                {"delta", experiment_.privacy.delta.value},
                                {"epsilon_spent", result.epsilon_spent},
                                {"rho_budget", result.rho_budget},
                                {"rho_spent", result.rho_spent},
                                {"adjacency", "add_remove"},
                                {"unit_max_rows", experiment_.privacy.max_rows},
                                {"unit_max_sites", experiment_.privacy.max_sites},
                                {"trust", config::name_of(experiment_.privacy.trust)},
                                {"colluding_sites", experiment_.privacy.colluding_sites},
                                {"dropouts", experiment_.privacy.dropouts},
                                {"coordinator", name_of(experiment_.privacy.coordinator)},
                                {"method", config::name_of(experiment_.generator.method)},
                                {"rows_estimate", loop_.rows_estimate()},
                                {"rows_written", result.rows_written}};
    // Sites answer on public ticks. One owner's process does not: how long it took tells of how many rows it counted.
    if (experiment_.privacy.trust != config::Trust::central) json["seconds"] = result.seconds;
    json["sites"] = nlohmann::json::array();
    if (experiment_.roster) {
      for (const auto& member : experiment_.roster->members()) json["sites"].push_back(member.id.name);
    }
    json["attributes"] = nlohmann::json::array();
    const auto& schema = experiment_.schema;
    for (std::size_t i = 0; i < schema.attributes().size(); ++i) {
      nlohmann::json labels = nlohmann::json::array();
      for (std::uint32_t code = 0; code < schema.domain().size(i); ++code) labels.push_back(schema.label(i, code));
      json["attributes"].push_back({{"name", schema.domain().name(i)}, {"labels", labels}});
    }
    return json.dump(1);
  }

  const config::Experiment& experiment_;
  RunFolder& folder_;
  MeasurementSource& source_;
  const ConductOptions& options_;
  Instant started_ = monotonic_now();
  Loop loop_;
  /// Each costs what a round costs: something is wrong that time does not mend.
  static constexpr int max_losses = 3;
  int losses_ = 0;  ///< in a row
};

}  // namespace

void require_formats(const config::Experiment& experiment, bool has_parquet) {
  const auto& formats = experiment.formats;
  if (has_parquet || std::find(formats.begin(), formats.end(), config::OutputFormat::parquet) == formats.end()) return;
  throw EnvironmentError(experiment.file.string(), "'output.formats' lists parquet, which this build does not write",
                         "run ./launch/setup and build again, or leave parquet out");
}

void require_formats(const config::Experiment& experiment) {
  require_formats(experiment, model::can_write(model::TableFormat::parquet));
}

RunResult conduct(const config::Experiment& experiment, RunFolder& folder, MeasurementSource& source,
                  const ConductOptions& options) {
  return Conductor(experiment, folder, source, options).run();
}

}  // namespace fedloom::coordinator
