#include "fedloom/base/error.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "ledger_text.hpp"

namespace fedloom::privacy {
namespace {

void check_witness(const LedgerFiles& files, const LedgerReport& report, const LedgerHead& witness,
                   const PublicKey& key) {
  constexpr const char* ask = "ask the peer that keeps this head, and compare with a backup of the ledger";
  const std::string name = "the head that a peer keeps (" + std::to_string(witness.entries) + " entries) ";
  if (!verify(key, ledger_head_message(witness), witness.signature)) {
    throw LedgerError(files.head.string(), name + "is not signed by this site's key", ask);
  }
  if (witness.entries > report.entries.size()) {
    throw LedgerError(files.log.string(), name + "covers entries that are missing here: the tail was cut", ask);
  }
  const FilePosition line{.file = files.log.string(), .line = static_cast<int>(witness.entries)};
  const Digest here = witness.entries == 0 ? Digest{} : report.entries[witness.entries - 1].hash;
  if (here != witness.hash) {
    throw LedgerError(line.str(), name + "is not in this chain: the ledger was rewritten", ask);
  }
}

}  // namespace

LedgerReport verify_ledger(const std::filesystem::path& folder, const PublicKey& key,
                           std::span<const LedgerHead> witness) {
  const LedgerFiles files = ledger_files(folder);
  if (!std::filesystem::exists(files.log)) {
    throw LedgerError(folder.string(), "there is no ledger in this folder", "check the path, or restore a backup");
  }
  // A run may be writing: read again until the head stood still, so that log and head belong together.
  std::optional<LedgerHead> head = read_head(files);
  std::string log = read_text(files.log);
  for (std::optional<LedgerHead> again = read_head(files); again != head; again = read_head(files)) {
    head = again;
    log = read_text(files.log);
  }
  LedgerReport report;
  report.entries = verified_log(files, log, head, key).entries;
  if (head) report.head = *head;
  for (const LedgerEntry& entry : report.entries) {
    if (entry.kind != "spend") continue;
    for (const Event& event : entry.events) report.total.add(event);
  }
  for (const LedgerHead& kept : witness) check_witness(files, report, kept, key);
  return report;
}

}  // namespace fedloom::privacy
