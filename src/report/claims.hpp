#pragma once
// What report.html claims, in a form that a program reads: one block of JSON, and a mark on each figure of the
// certificate in the text. `fedloom ledger verify` works them out again and compares.

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
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
/// All files of the folder but the page itself, by name.
std::vector<FileHash> hashes_of(const std::filesystem::path& public_folder);

/// Each claim by its name. ε and ρ are recomputed from the ledger's entries.
nlohmann::ordered_json claims_of(const SignedBooks& books, const std::vector<boundary::Measurement>& measurements,
                                 const std::vector<FileHash>& files);

/// A figure of the text that stands among the claims, for people and for check_claims.
std::string claimed(std::string_view name, const std::string& text);

/// `top` + the block of claims + `rest`; the block holds the hash of the two.
std::string with_claims(const std::string& top, nlohmann::ordered_json claims, const std::string& rest);

/// That the page claims what it should: the block says `expected`, its hash is that of the page around it, and every
/// marked figure is that of its claim. Throws LedgerError naming `file` and the claim that differs.
void check_claims(std::string_view page, const nlohmann::ordered_json& expected, const std::filesystem::path& file);

}  // namespace fedloom::report
