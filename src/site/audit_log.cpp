#include "fedloom/site/audit_log.hpp"

#include "audit_text.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::site {
namespace fs = std::filesystem;

namespace {

/// Another program of this data set holds the lock only while it writes a line.
constexpr Millis lock_limit{5000};
constexpr Millis lock_pause{20};

AppendFile locked(const fs::path& file) {
  const Instant end = monotonic_now() + lock_limit;
  for (;;) {
    try {
      return AppendFile(file);
    } catch (const EnvironmentError&) {
      if (monotonic_now() >= end) throw;
    }
    sleep_until(monotonic_now() + lock_pause);
  }
}

fs::path prepared(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) {
    throw EnvironmentError(folder.string(), "cannot be created: " + error.message(),
                           "check the policy's `state` folder and the disk");
  }
  return folder;
}

}  // namespace

const char* name_of(AuditKind kind) noexcept {
  switch (kind) {
    case AuditKind::approved:
      return "approved";
    case AuditKind::joined:
      return "joined";
    case AuditKind::refused:
      return "refused";
    case AuditKind::answered:
      return "answered";
    case AuditKind::withdrew:
      return "withdrew";
    case AuditKind::aborted:
      return "aborted";
    case AuditKind::stopped:
      return "stopped";
    case AuditKind::finished:
      return "finished";
    case AuditKind::receipt:
      return "receipt";
  }
  return "?";
}

fs::path audit_folder(const config::SitePolicy& policy) { return policy.state / policy.data_set / "audit"; }

AuditTrail verify_audit(const fs::path& folder, const PublicKey& key) {
  VerifiedAudit verified = verified_audit(audit_files(folder), key);
  return {std::move(verified.lines), verified.half_line};
}

AuditLog::AuditLog(const config::SitePolicy& policy, const SigningKey& key, privacy::Ledger::Timestamp now)
    : folder_(prepared(audit_folder(policy))), key_(&key), now_(std::move(now)) {
  catch_up();
}

void AuditLog::catch_up() {
  const VerifiedAudit verified = verified_audit(audit_files(folder_), key_->public_key());
  lines_ = verified.lines.size();
  bytes_ = verified.whole_bytes;
  last_ = verified.last;
  half_line_ = verified.half_line;
}

// Rules: the lock first; then what others wrote; the head of an empty log before its first line, so that a log without
// a head is always damage; the line before the head that covers it.
void AuditLog::write(const AuditEvent& event) {
  const AuditFiles files = audit_files(folder_);
  AppendFile file = locked(files.log);
  if (half_line_ || fs::file_size(files.log) != bytes_) catch_up();
  if (half_line_) file.truncate(bytes_);
  half_line_ = false;
  if (lines_ == 0) sign_head();
  AuditLine line{.seq = lines_, .time = now_(), .event = event, .prev = last_};
  line.signature = key_->sign(audit_line_message(line));
  const std::string text = audit_line_text(line);
  file.append(text);
  ++lines_;
  bytes_ += text.size();
  last_ = sha256(text);
  sign_head();
}

void AuditLog::sign_head() const {
  AuditHead head{.lines = lines_, .hash = last_};
  head.signature = key_->sign(audit_head_message(head));
  write_atomically(audit_files(folder_).head, audit_head_text(head), 0600);
}

}  // namespace fedloom::site
