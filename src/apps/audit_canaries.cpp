#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "audits.hpp"
#include "demo_tables.hpp"
#include "fedloom/audit/canaries.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/schema/csv.hpp"
#include "program.hpp"
#include "self_process.hpp"
#include "sweep.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

constexpr double error = 0.05;

/// An invented row has a value for each attribute, and can be written only where each is a column of its own.
void refuse_derived(const schema::Schema& schema) {
  for (const auto& attribute : schema.attributes()) {
    if (attribute.origin.is_own_cell()) continue;
    throw UsageError("canaries cannot be invented for the column '" + attribute.name + "', which is made of others",
                     "audit an experiment whose columns are read as they stand in the table");
  }
}

std::string csv_line(const schema::Schema& schema, const std::vector<std::uint32_t>& codes) {
  std::vector<std::string> texts;
  for (std::size_t a = 0; a < codes.size(); ++a) texts.push_back(schema.decode(a, codes[a], 0.5));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  std::string line;
  schema::write_csv_record(line, views);
  return line;
}

/// The first site's table with the canaries that are in. Throws UsageError when they would not be read as what they
/// are.
void write_table(const SweepRows& rows, const audit::Canaries& canaries, const schema::Schema& schema,
                 const fs::path& file) {
  std::string text = rows.header;
  for (const auto& row : rows.rows) text += row;
  std::string invented = rows.header;
  for (std::size_t i = 0; i < canaries.rows.size(); ++i) {
    const std::string line = csv_line(schema, canaries.rows[i]);
    invented += line;
    if (canaries.in[i]) text += line;
  }
  write_atomically(file, invented);
  const auto read = data::load("csv:" + file.string(), "/", schema, {}).table;
  for (std::size_t a = 0; a < schema.attributes().size(); ++a) {
    std::visit(
        [&](const auto& column) {
          for (std::size_t i = 0; i < read.rows(); ++i) {
            if (column[i] == canaries.rows[i][a]) continue;
            throw UsageError("canaries cannot be invented for the column '" + schema.attributes()[a].name + "'",
                             "audit an experiment whose columns are read as they stand in the table");
          }
        },
        read.column(a));
  }
  write_atomically(file, text);
}

void run_with(const std::vector<SiteTable>& sites, const fs::path& experiment, const fs::path& out) {
  std::vector<std::string> words{"demo",  "--experiment",        experiment.string(), "--dir", (out / "world").string(),
                                 "--out", (out / "run").string()};
  for (const auto& site : sites) words.insert(words.end(), {"--data", site.name + "=" + site.table.string()});
  const fs::path log = out / "run.log";
  const bool ended_well = run_self(words, log).status == 0;
  if (stop_flag().load()) throw Interrupted("the audit was stopped", "start it again, with another --out");
  if (!ended_well) throw EnvironmentError("audit canaries", "the run with the canaries failed", "see " + log.string());
}

void print(const audit::CanaryVerdict& verdict, const config::Experiment& experiment) {
  std::cout
      << "canaries     " << verdict.canaries << " invented rows, " << verdict.in << " of them in by fair coins\n"
      << "guesses      " << verdict.right << " of " << verdict.guesses
      << " right, from the released measurements and the model\n"
      << "proved       epsilon at least " << figure(verdict.epsilon_lower, 4) << " at delta "
      << figure(experiment.privacy.delta.value, 2) << " (wrong with probability " << figure(error, 2) << ")\n"
      << "claimed      epsilon " << figure(experiment.privacy.epsilon.value, 4) << "\n"
      << "\nA bound above the claim shows that the claim is wrong. One below it is no proof: a single run shows a "
         "third of\nepsilon at best, and this attack far less where many marginals share the budget. "
         "`fedloom audit mechanism` is the\nsharper test of the noise.\n";
}

}  // namespace

void audit_canaries(const CanaryAuditArguments& arguments) {
  if (arguments.guesses % 2 != 0 || arguments.guesses > arguments.canaries) {
    throw UsageError("--guesses " + std::to_string(arguments.guesses) + " must be even, and no more than --canaries",
                     "half of the guesses are 'in', half are 'out'");
  }
  catch_stop_signals();
  const fs::path experiment_file = fs::absolute(arguments.experiment);
  const fs::path out =
      fs::absolute(arguments.out.empty() ? "audits/" + experiment_file.stem().string() : arguments.out);
  if (fs::exists(out) && !fs::is_empty(out)) {
    throw UsageError("the folder " + out.string() + " already holds something", "choose another --out");
  }
  auto sites = named_tables(arguments.data, experiment_file);
  refuse_derived(config::load_schema(config::experiment_files(experiment_file).schema));
  fs::create_directories(out);
  const auto experiment = load_for_sweep(experiment_file, static_cast<std::uint32_t>(sites.size()), out);
  privacy::SecureRandom random;
  const auto canaries = audit::make_canaries(experiment.schema.domain(), arguments.canaries, random);
  const fs::path table = out / "with-canaries.csv";
  write_table(read_rows({sites.front().table}, experiment.schema), canaries, experiment.schema, table);
  sites.front().table = table;
  run_with(sites, experiment_file, out);
  const fs::path run = out / "run/public";
  const auto generator = model::Generator::load(run);
  const auto measurements = boundary::load_measurements(run / "measurements.jsonl", experiment.schema.domain());
  const auto scores = audit::canary_scores(canaries, measurements, generator, experiment.schema.domain());
  const auto verdict =
      audit::judge_canaries(canaries, scores, arguments.guesses, experiment.privacy.delta.value, error);
  const double claimed = experiment.privacy.epsilon.value;
  if (arguments.json) {
    std::cout << nlohmann::ordered_json{{"canaries", verdict.canaries},
                                        {"in", verdict.in},
                                        {"guesses", verdict.guesses},
                                        {"right", verdict.right},
                                        {"epsilon_lower", verdict.epsilon_lower},
                                        {"epsilon_claimed", claimed},
                                        {"delta", experiment.privacy.delta.value},
                                        {"error", error}}
                     .dump(1)
              << "\n";
  } else {
    print(verdict, experiment);
  }
  if (verdict.epsilon_lower <= claimed) return;
  throw AuditError("audit canaries",
                   "the run gives away more than it claims: epsilon is at least " + figure(verdict.epsilon_lower, 4) +
                       ", and " + figure(claimed, 4) + " is claimed",
                   "release nothing with this build, and report it with the folder " + out.string());
}

}  // namespace fedloom::apps
