#include "fedloom/report/verify.hpp"

#include <algorithm>
#include <cmath>

#include "claims.hpp"
#include "facts.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/coordinator/model_card.hpp"
#include "fedloom/coordinator/payments.hpp"
#include "fedloom/report/report.hpp"

namespace fedloom::report {
namespace {
namespace fs = std::filesystem;

constexpr const char* remedy = "it was changed after the run: take a copy that verifies, and do not publish this one";

/// What cannot be read after a run that has ended is damage, of whatever kind.
template <typename Read>
auto read_released(Read read) {
  try {
    return read();
  } catch (const ConfigError& error) {
    throw LedgerError("", error.what(), "");
  } catch (const EnvironmentError& error) {
    throw LedgerError("", error.what(), "");
  }
}

void check_budget(const config::Experiment& experiment, const coordinator::PublicLedger& ledger, const fs::path& file) {
  const auto budget = privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta);
  if (ledger.total.rho() > budget) {
    throw LedgerError(file.string(), "its entries cost more than the experiment's budget", "do not publish this run");
  }
}

class Metrics {
 public:
  Metrics(const RunFacts& run, const fs::path& file) : run_(run), file_(file) {}

  void check(const config::Experiment& experiment, const coordinator::PublicLedger& ledger) const {
    same("run_id", run_.run_id, ledger.run_id, "ledger.json");
    same("config_hash", run_.config_hash, to_hex(experiment.hash()), "config.resolved.yaml with schema.yaml");
    same("name", run_.name, experiment.name, "config.resolved.yaml");
    same("trust", run_.trust, config::name_of(experiment.privacy.trust), "config.resolved.yaml");
    same("epsilon", run_.epsilon, experiment.privacy.epsilon.value, "config.resolved.yaml");
    same("delta", run_.delta, experiment.privacy.delta.value, "config.resolved.yaml");
    same("rho_spent", run_.rho_spent, ledger.total.rho().value, "ledger.json");
    same("epsilon_spent", run_.epsilon_spent, ledger.total.epsilon(experiment.privacy.delta).value, "ledger.json");
    same("rho_budget", run_.rho_budget, privacy::rho_of(experiment.privacy.epsilon, experiment.privacy.delta).value,
         "config.resolved.yaml");
    check_promise(experiment);
  }

 private:
  /// Whom ε protects, and against whom: as the certificate prints it.
  void check_promise(const config::Experiment& experiment) const {
    const auto& privacy = experiment.privacy;
    constexpr const char* source = "config.resolved.yaml";
    same("adjacency", run_.adjacency.value_or(""), "add_remove", source);
    same_count("unit_max_rows", run_.unit_max_rows, privacy.max_rows, source);
    same_count("unit_max_sites", run_.unit_max_sites, privacy.max_sites, source);
    same_count("colluding_sites", run_.colluding_sites, privacy.colluding_sites, source);
    same_count("dropouts", run_.dropouts, privacy.dropouts, source);
    same("coordinator", run_.coordinator, name_of(privacy.coordinator), source);
    std::vector<std::string> sites;
    if (experiment.roster) {
      for (const auto& member : experiment.roster->members()) sites.push_back(member.id.name);
    }
    if (run_.sites != sites) differs("sites", "roster.yaml");
  }
  void same_count(const std::string& field, std::optional<std::uint64_t> said, std::uint64_t is,
                  const char* source) const {
    if (said != is) differs(field, source);
  }
  void same(const std::string& field, const std::string& said, const std::string& is, const char* source) const {
    if (said != is) differs(field, source);
  }
  /// The run adds the same costs up in another order.
  void same(const std::string& field, double said, double is, const char* source) const {
    if (!(std::abs(said - is) <= 1e-6 * std::abs(is))) differs(field, source);
  }
  [[noreturn]] void differs(const std::string& field, const char* source) const {
    throw LedgerError(file_.string(), "its " + field + " is not the one that " + source + " gives", remedy);
  }

  const RunFacts& run_;
  const fs::path& file_;
};

/// What the model file tells of the promise is what this experiment makes of it.
void check_model_card(const fs::path& folder, const config::Experiment& experiment, const RunFacts& run) {
  const auto card = read_released([&] { return model::read_model(folder).card; });
  const auto expected = coordinator::model_card(experiment, run.epsilon_spent, card.notes_json);
  const auto check = [&](const char* text, const std::string& said, const std::string& is) {
    if (said != is) {
      throw LedgerError((folder / model::kModelFile).string(),
                        std::string("its ") + text + " is not the one that config.resolved.yaml gives", remedy);
    }
  };
  check("privacy", card.privacy_json, expected.privacy_json);
  check("schema", card.schema_yaml, expected.schema_yaml);
  check("config_hash", card.config_hash, expected.config_hash);
}

/// Whatever a page says, it says what these files give, or it is another page: nothing in it is read, all of it is
/// made again. True where there is a page.
bool check_report(const fs::path& folder) {
  const fs::path file = folder / "report.html";
  if (!fs::exists(file)) return false;
  const auto page = read_released([&] { return read_text(file); });
  const auto expected = read_released([&] { return public_report(folder); });
  if (page == expected) return true;
  const auto place = std::mismatch(page.begin(), page.end(), expected.begin(), expected.end()).first;
  throw LedgerError(file.string(),
                    "is not the page that the files beside it give: it differs from line " +
                        std::to_string(1 + std::count(page.begin(), place, '\n')) + " on",
                    "do not publish it: if nobody has changed it on purpose, or another version of Fedloom made it, "
                    "make it again by `fedloom report`");
}

}  // namespace

VerifiedRun verify_run(const fs::path& folder) {
  const fs::path ledger_file = folder / "ledger.json", metrics_file = folder / "metrics.json",
                 measurements_file = folder / "measurements.jsonl";
  const auto books = read_released([&] { return read_books(folder); });
  const auto& [experiment, ledger] = books;
  check_budget(experiment, ledger, ledger_file);
  const auto run = read_released([&] { return read_run(metrics_file); });
  Metrics(run, metrics_file).check(experiment, ledger);
  check_model_card(folder, experiment, run);
  const auto measurements =
      read_released([&] { return boundary::load_measurements(measurements_file, experiment.schema.domain()); });
  coordinator::check_payments(ledger.spends, measurements, experiment, measurements_file);
  std::uint64_t values = 0;
  for (const auto& one : measurements) values += one.grid_values.size();
  const bool report = check_report(folder);
  return {.experiment = experiment,
          .ledger = ledger,
          .measurements = measurements.size(),
          .values = values,
          .report = report};
}

}  // namespace fedloom::report
