#pragma once
// The ledger's two files as text. There is one text for each entry and each head: reading compares what was read with
// what would be written, so that no byte can differ unseen.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fedloom/privacy/ledger.hpp"

namespace fedloom::privacy {

/// Σ rho(events) of a spend, rounded up; 0 for every other kind.
Rho cost_of(const LedgerEntry& entry);

/// SHA-256 of the entry's canonical text without "hash". Throws LedgerError when a text is not UTF-8.
Digest hash_of(const LedgerEntry& entry);
/// One line, with its end of line.
std::string entry_line(const LedgerEntry& entry);
std::string head_text(const LedgerHead& head);
/// Empty when `text` is not exactly what head_text() would write.
std::optional<LedgerHead> parse_head(std::string_view text);

struct LedgerFiles {
  std::filesystem::path log;
  std::filesystem::path head;
};
LedgerFiles ledger_files(const std::filesystem::path& folder);

struct VerifiedLog {
  std::vector<LedgerEntry> entries;
  std::uint64_t whole_bytes = 0;  ///< of the log, without a half-written last line
  bool head_is_behind = false;    ///< the last entry is not yet covered by the head
};
/// Checks the whole of a log against itself and its head. `head` is empty for a new ledger. Throws LedgerError with
/// file and line.
VerifiedLog verified_log(const LedgerFiles& files, std::string_view log, const std::optional<LedgerHead>& head,
                         const PublicKey& key);
/// The head file, or nothing when there is none. Throws LedgerError when it is malformed.
std::optional<LedgerHead> read_head(const LedgerFiles& files);

}  // namespace fedloom::privacy
