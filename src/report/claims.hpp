#pragma once
// What report.html claims, in a form that a program reads: one block of JSON.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/coordinator/public_ledger.hpp"

namespace fedloom::report {

/// What a run's sites have signed, verified.
struct SignedBooks {
  config::Experiment experiment;
  coordinator::PublicLedger ledger;
};

/// Of a public folder. Throws ConfigError (the experiment cannot be read) and LedgerError (it was not signed so).
SignedBooks read_books(const std::filesystem::path& public_folder);

/// The hash of a file beside the page.
struct FileHash {
  std::string name, sha256;
};
/// Of the files that a run leaves there, as far as they are there, by name.
std::vector<FileHash> hashes_of(const std::filesystem::path& public_folder);

/// Each claim by its name. ε and ρ are recomputed from the ledger's entries.
nlohmann::ordered_json claims_of(const SignedBooks& books, const std::vector<boundary::Measurement>& measurements,
                                 const std::vector<FileHash>& files);

/// As the page holds them; no browser runs it.
std::string block_of(const nlohmann::ordered_json& claims);

}  // namespace fedloom::report
