#pragma once
// The audit log's files as text: one text for each line, so that a changed byte shows.

#include <string_view>

#include "fedloom/site/audit_log.hpp"

namespace fedloom::site {

struct AuditFiles {
  std::filesystem::path log, head;
};
AuditFiles audit_files(const std::filesystem::path& folder);

/// What a line's signature is over.
Bytes audit_line_message(const AuditLine& line);
/// With its newline.
std::string audit_line_text(const AuditLine& line);

struct AuditHead {
  std::uint64_t lines = 0;
  Digest hash{};  ///< of the last line; zero when there is none
  Signature signature{};
};
Bytes audit_head_message(const AuditHead& head);
std::string audit_head_text(const AuditHead& head);

struct VerifiedAudit {
  std::vector<AuditLine> lines;
  Digest last{};
  std::uint64_t whole_bytes = 0;  ///< up to a half-written line
  bool half_line = false;
};
/// Throws LedgerError naming file and line.
VerifiedAudit verified_audit(const AuditFiles& files, const PublicKey& key);

}  // namespace fedloom::site
