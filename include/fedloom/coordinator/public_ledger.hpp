#pragma once
// public/ledger.json: what every site was asked to spend, the sites' signed ledger heads, and their signatures under
// both. ε is recomputed from its entries, without any data.

#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/config/config.hpp"
#include "fedloom/coordinator/measurement_source.hpp"

namespace fedloom::coordinator {

/// The list as canonical JSON text. What the sites acknowledge is privacy::public_ledger_hash of the list.
std::string spends_to_json(const std::vector<PublicSpend>& spends);
/// The list is without fault (privacy::fault_of). Throws std::invalid_argument.
std::vector<PublicSpend> spends_from_json(std::string_view text);

void write_public_ledger(const std::filesystem::path& file, const std::string& run_id,
                         const config::Experiment& experiment, const std::vector<PublicSpend>& spends,
                         const ClosedBooks& books);

struct PublicLedger {
  std::string run_id;
  std::vector<PublicSpend> spends;
  std::vector<std::string> sites;  ///< names whose head and acknowledgement are verified
  std::vector<std::string> lost;   ///< names of those that were lost before the end, and have signed their head only
  std::vector<secagg::SiteHead> heads;
  privacy::Curve total;  ///< recomputed
};
/// Throws LedgerError: any change to the file shows. Signatures are checked against the experiment's roster; with
/// trust: central against the key that the file names, which the caller compares with the owner's (heads[0].key).
PublicLedger verify_public_ledger(const std::filesystem::path& file, const config::Experiment& experiment);

}  // namespace fedloom::coordinator
