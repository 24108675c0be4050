#pragma once
// A site's ledger: one per data set, outside any run's folder. An entry is on disk (fsync), chained
// by hash and covered by a signed head, before anything it pays for is released.
//
// Files in the ledger's folder:  ledger.jsonl   one entry a line, {"seq","prev",…,"hash"}
//                                head.json      {"entries","hash","signature"} up to the last entry
// After a crash the log may be one entry ahead of the head (it is signed again: over-counting is safe), or
// end in a half-written line beyond the head (never acknowledged, so nothing was released: it is cut off).
// Anything else that does not match is damage: open() and verify_ledger() refuse it.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/file.hpp"
#include "fedloom/base/identity.hpp"
#include "fedloom/privacy/curve.hpp"

namespace fedloom::privacy {

struct LedgerEntry {
  std::uint64_t seq = 0;  ///< from 0
  std::string time;       ///< UTC
  std::string run;        ///< run id
  std::string kind;  ///< "spend" | "reuse" (a stored share sealed again, cost 0) | "within" (more exact totals for the
                     ///< curator that an earlier "spend" of the run has paid for, cost 0)
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::string stage;           ///< "one-way", "sketch", …: for people
  std::optional<Digest> plan;  ///< content hash of the round plan it pays for; part of the canonical text
  std::vector<Event> events;
  Rho cost;  ///< Σ rho(events) of a "spend", 0 of other kinds
  Digest prev{};
  Digest hash{};  ///< SHA-256 of the entry's canonical text without "hash"
};

struct LedgerHead {
  std::uint64_t entries = 0;  ///< number of entries covered
  Digest hash{};              ///< of the last entry; zero when there is none
  Signature signature{};      ///< by the site's key, over entries ‖ hash
  bool operator==(const LedgerHead&) const = default;
};
Bytes ledger_head_message(const LedgerHead& head);

class Ledger {
 public:
  using Timestamp = std::function<std::string()>;
  /// Opens or creates, takes an exclusive lock, verifies the whole chain. Throws LedgerError (damage),
  /// EnvironmentError (locked by another run, disk).
  Ledger(const std::filesystem::path& folder, const SigningKey& key, Timestamp now);
  /// On disk, fsynced and covered by a signed head when it returns. Fills seq, time, cost, prev, hash. After a
  /// failure to write, every later call is refused: only opening the ledger again tells what the disk holds.
  const LedgerEntry& append(LedgerEntry entry);
  const LedgerHead& head() const noexcept { return head_; }
  const std::vector<LedgerEntry>& entries() const noexcept { return entries_; }

 private:
  void sign_head();
  std::filesystem::path folder_;
  const SigningKey* key_;
  Timestamp now_;
  AppendFile file_;
  std::vector<LedgerEntry> entries_;
  LedgerHead head_;
  bool failed_ = false;
};

struct LedgerReport {
  std::vector<LedgerEntry> entries;
  LedgerHead head;
  Curve total;  ///< recomputed from the events, not from the stored costs
};
/// Reads without a lock and without data. Throws LedgerError naming file, line and what is wrong. `witness`
/// heads (kept by peers) must each be found in the chain: a rewritten chain or a cut tail shows.
LedgerReport verify_ledger(const std::filesystem::path& folder, const PublicKey& key,
                           std::span<const LedgerHead> witness);

}  // namespace fedloom::privacy
