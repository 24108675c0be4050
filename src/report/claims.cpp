#include "claims.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "fedloom/base/hash.hpp"

namespace fedloom::report {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// What a finished run leaves beside its page. Other files came later, and are no part of it.
constexpr std::array<std::string_view, 11> released_files = {
    "config.resolved.yaml", "ledger.json",       "measurements.jsonl", "metrics.json",
    "model.safetensors",    "roster.yaml",       "rounds.jsonl",       "schema.yaml",
    "synthetic.csv",        "synthetic.parquet", "synthetic.sql"};

/// Nothing in it can end the block.
std::string safe(const Json& json) {
  std::string text = json.dump(1), out;
  for (const char c : text) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

}  // namespace

SignedBooks read_books(const fs::path& public_folder) {
  auto experiment = config::load_experiment(public_folder / "config.resolved.yaml");
  auto ledger = coordinator::verify_public_ledger(public_folder / "ledger.json", experiment);
  return {std::move(experiment), std::move(ledger)};
}

std::vector<FileHash> hashes_of(const fs::path& public_folder) {
  std::vector<FileHash> hashes;
  for (const auto name : released_files) {
    const auto file = public_folder / name;
    if (fs::is_regular_file(file)) hashes.push_back({std::string(name), to_hex(sha256_of_file(file))});
  }
  return hashes;
}

Json claims_of(const SignedBooks& books, const std::vector<boundary::Measurement>& measurements,
               const std::vector<FileHash>& files) {
  const auto& [experiment, ledger] = books;
  const auto& privacy = experiment.privacy;
  std::uint64_t values = 0;
  for (const auto& one : measurements) values += one.grid_values.size();
  Json claims{{"run_id", ledger.run_id},
              {"name", experiment.name},
              {"config_hash", to_hex(experiment.hash())},
              {"schema_hash", to_hex(experiment.schema.hash())},
              {"trust", config::name_of(privacy.trust)},
              {"colluding_sites", privacy.colluding_sites},
              {"dropouts", privacy.dropouts},
              {"adjacency", "add_remove"},
              {"max_rows", privacy.max_rows},
              {"max_sites", privacy.max_sites},
              {"epsilon", privacy.epsilon.value},
              {"delta", privacy.delta.value},
              {"rho_budget", privacy::rho_of(privacy.epsilon, privacy.delta).value},
              {"rho_spent", ledger.total.rho().value},
              {"epsilon_spent", ledger.total.epsilon(privacy.delta).value},
              {"ledger_entries", ledger.spends.size()},
              {"measurements", measurements.size()},
              {"values", values},
              {"signed_by", ledger.sites},
              {"lost", ledger.lost},
              {"files", Json::object()}};
  for (const auto& file : files) claims["files"][file.name] = file.sha256;
  return claims;
}

std::string block_of(const Json& claims) {
  return "<script type=\"application/json\" id=\"claims\">\n" + safe(claims) + "\n</script>\n";
}

}  // namespace fedloom::report
