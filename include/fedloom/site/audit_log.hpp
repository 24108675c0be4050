#pragma once
// What this site did and refused, for its custodian: <state>/<data_set>/audit/
//
//   audit.jsonl   one event a line; each holds the SHA-256 of the line before and a signature by the site's key
//   head.json     the number of lines and the last one's hash, signed: tells when the newest lines were cut off
//
// A line is on disk (fsync) when write() returns. A reason may depend on rows: the files are for their owner alone
// (mode 0600) and never sent. After a crash the log may be ahead of its head, or end in a half-written line beyond it,
// which the next write cuts off. Anything else that does not match is damage: LedgerError names file and line. What no
// file on this machine can show is the whole folder put back as it was earlier.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fedloom/base/identity.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/privacy/ledger.hpp"

namespace fedloom::site {

enum class AuditKind : std::uint8_t {
  approved,  ///< by hand; the reason names the experiment
  joined,
  refused,   ///< an experiment, a plan or a message of the coordinator
  answered,  ///< a round; with the ρ this run has booked so far
  withdrew,  ///< for a cause at this site: its rows, its disk
  aborted,
  stopped,  ///< on a signal; the run can be resumed
  finished,
  receipt,  ///< was written
};
inline constexpr std::size_t audit_kinds = 9;
const char* name_of(AuditKind kind) noexcept;

/// What left the site from one start of the program to its end.
struct Sent {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  bool operator==(const Sent&) const = default;
};

struct AuditEvent {
  AuditKind kind = AuditKind::refused;
  std::string run;  ///< empty: of no run
  std::uint32_t session = 0, round = 0, attempt = 0;
  std::string reason;
  std::optional<privacy::Rho> rho;
  std::optional<Sent> sent;
  bool operator==(const AuditEvent&) const = default;
};

struct AuditLine {
  std::uint64_t seq = 0;  ///< from 0
  std::string time;       ///< UTC
  AuditEvent event;
  Digest prev{};  ///< SHA-256 of the line before, its signature included; zero for the first
  Signature signature{};
};

std::filesystem::path audit_folder(const config::SitePolicy& policy);

struct AuditTrail {
  std::vector<AuditLine> lines;
  bool half_line = false;  ///< a crash left part of a line at the end; it is not counted
};
/// Reads without a lock; nothing was written yet: no lines. Throws LedgerError, EnvironmentError.
AuditTrail verify_audit(const std::filesystem::path& folder, const PublicKey& key);

class AuditLog {
 public:
  /// Verifies what is there. Throws LedgerError, EnvironmentError (disk). `key` must outlive the log.
  AuditLog(const config::SitePolicy& policy, const SigningKey& key, privacy::Ledger::Timestamp now = utc_timestamp);
  /// On disk when it returns. Programs of one data set may write in turn: what another one wrote is verified first.
  void write(const AuditEvent& event);
  const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  void catch_up();
  void sign_head() const;
  std::filesystem::path folder_;
  const SigningKey* key_;
  privacy::Ledger::Timestamp now_;
  std::uint64_t lines_ = 0;
  std::uint64_t bytes_ = 0;  ///< of whole lines
  Digest last_{};            ///< SHA-256 of the last line
  bool half_line_ = false;
};

}  // namespace fedloom::site
