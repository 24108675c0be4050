#include "fedloom/coordinator/run_folder.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/coordinator/public_ledger.hpp"

namespace fedloom::coordinator {
namespace fs = std::filesystem;

namespace {

constexpr const char* mark_name = "experiment";
constexpr const char* resume_remedy =
    "name a folder that an earlier run of this experiment made, or leave --resume out";

std::string run_line(const config::Experiment& experiment) { return to_hex(experiment.hash()) + "\n"; }

std::string record_to_json(const RoundRecord& record, const schema::Domain& domain) {
  nlohmann::ordered_json json{{"round", record.round},
                              {"rounds_planned", record.rounds_planned},
                              {"stage", record.stage},
                              {"measured", nlohmann::json::array()},
                              {"cells", record.cells},
                              {"shares", record.shares},
                              {"rho_step", record.rho_step},
                              {"rho_spent", record.rho_spent},
                              {"rho_budget", record.rho_budget},
                              {"rows_estimate", record.rows_estimate},
                              {"chi2_per_cell", record.chi2_per_cell},
                              {"lambda", record.lambda},
                              {"seconds_fit", record.seconds_fit}};
  for (const auto& marginal : record.measured) json["measured"].push_back(marginal.name(domain));
  return json.dump();
}

}  // namespace

RunFolder::RunFolder(fs::path root) : root_(fs::absolute(root).lexically_normal()) {
  if (!root_.has_filename()) root_ = root_.parent_path();
  run_id_ = root_.filename().string();
}

RunFolder RunFolder::create(const fs::path& folder, const config::Experiment& experiment) {
  RunFolder run(folder);
  std::error_code error;
  fs::create_directories(run.root_, error);
  if (error) {
    throw EnvironmentError(run.root_.string(), "cannot be created: " + error.message(), "choose another --out folder");
  }
  // A folder without the mark is one whose making was cut short: nothing was asked of any site yet.
  const bool in_use = fs::exists(run.public_folder()) && !fs::is_empty(run.public_folder());
  if (fs::exists(run.checkpoint() / mark_name) || in_use) {
    throw UsageError("the folder " + run.root_.string() + " already holds a run",
                     "choose another --out, or go on with it by --resume");
  }
  fs::create_directories(run.public_folder());
  fs::create_directories(run.checkpoint());
  fs::create_directories(run.root_ / "local");
  write_atomically(run.checkpoint() / mark_name, run_line(experiment));
  return run;
}

RunFolder RunFolder::reopen(const fs::path& folder, const config::Experiment& experiment) {
  RunFolder run(folder);
  const fs::path mark = run.checkpoint() / mark_name;
  if (!fs::exists(mark))
    throw UsageError("the folder " + run.root_.string() + " holds no run to resume", resume_remedy);
  if (read_text(mark) != run_line(experiment)) {
    throw UsageError("the run in " + run.root_.string() + " was made with another experiment, schema or roster",
                     "resume it with the same files, or start a new run");
  }
  run.load();
  run.resumed_ = true;
  return run;
}

bool RunFolder::has_checkpoint() const { return Loop::saved_in(checkpoint()); }

void RunFolder::load() {
  drop_last_fit();
  const fs::path spends = checkpoint() / "spends.json";
  if (!fs::exists(spends)) return;
  try {
    spends_ = spends_from_json(read_text(spends));
  } catch (const std::invalid_argument& error) {
    throw LedgerError(spends.string(), std::string("is damaged (") + error.what() + ")", "this run cannot be resumed");
  }
}

/// The last fit is made again, and told again.
void RunFolder::drop_last_fit() const {
  const fs::path rounds = public_folder() / "rounds.jsonl";
  if (!fs::exists(rounds)) return;
  std::istringstream lines(read_text(rounds));
  std::string kept, line;
  while (std::getline(lines, line)) {
    if (line.find("\"stage\":\"final fit\"") == std::string::npos) kept += line + "\n";
  }
  write_atomically(rounds, kept);
}

void RunFolder::add_round(const RoundRecord& record, const schema::Domain& domain) {
  // A crash between the checkpoint and this line leaves a gap of one round in rounds.jsonl, never a wrong line.
  AppendFile file(public_folder() / "rounds.jsonl", 0644);
  file.append(record_to_json(record, domain) + "\n");
}

void RunFolder::add_spend(PublicSpend spend) {
  // A crash may come between a payment and this line, or between this line and the checkpoint. So a payment is known
  // by what it paid for, its round and events, and stands here once, however often the round is taken up again.
  const auto known = std::find_if(spends_.begin(), spends_.end(), [&](const PublicSpend& one) {
    return one.kind != "reuse" && one.round == spend.round && one.events == spend.events;
  });
  const bool paid = known != spends_.end();
  if (spend.kind == "reuse" && !paid) spend.kind = "spend";
  if (spend.kind != "reuse" && paid) {
    if (spend.kind != "lost" || known->kind != "spend") return;
    // It was paid for, and a crash kept its total from being taken in: nothing was released of it.
    known->kind = "lost";
    write_atomically(checkpoint() / "spends.json", spends_to_json(spends_));
    return;
  }
  spends_.push_back(std::move(spend));
  write_atomically(checkpoint() / "spends.json", spends_to_json(spends_));
}

void RunFolder::note_asked(std::uint32_t round) const {
  write_atomically(checkpoint() / "asked", std::to_string(round) + "\n", 0644);
}

std::uint32_t RunFolder::asked() const {
  const fs::path file = checkpoint() / "asked";
  if (!fs::exists(file)) return 0;
  std::uint32_t round = 0;
  const std::string text = read_text(file);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), round);
  if (error != std::errc{} || std::string_view(end) != "\n") {
    throw ConfigError({.file = file.string()}, "is not a round's number", "this run cannot go on; start a new one");
  }
  return round;
}

void RunFolder::write_ledger(const ClosedBooks& books, const config::Experiment& experiment) const {
  write_public_ledger(public_folder() / "ledger.json", run_id_, experiment, spends_, books);
}

}  // namespace fedloom::coordinator
