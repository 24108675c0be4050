#include "fedloom/privacy/ledger.hpp"

#include "fedloom/base/error.hpp"
#include "ledger_text.hpp"

namespace fedloom::privacy {
namespace {

/// Makes the folder, for its owner only, when it is not there.
std::filesystem::path prepared(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::create_directories(folder, error)) {
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  }
  if (error || !std::filesystem::is_directory(folder)) {
    throw EnvironmentError(folder.string(), "cannot make the ledger's folder", "check the path and its permissions");
  }
  return folder;
}

}  // namespace

Bytes ledger_head_message(const LedgerHead& head) {
  ByteWriter message;
  message.text("fedloom ledger head 1");
  message.u64(head.entries);
  message.raw(head.hash);
  return std::move(message).take();
}

Ledger::Ledger(const std::filesystem::path& folder, const SigningKey& key, Timestamp now)
    : folder_(prepared(folder)), key_(&key), now_(std::move(now)), file_(ledger_files(folder).log) {
  const LedgerFiles files = ledger_files(folder_);
  const std::string log = read_text(files.log);
  const std::optional<LedgerHead> head = read_head(files);
  VerifiedLog verified = verified_log(files, log, head, key_->public_key());
  // Never acknowledged, so nothing that it would pay for was released.
  if (verified.whole_bytes < log.size()) file_.truncate(verified.whole_bytes);
  entries_ = std::move(verified.entries);
  if (head) head_ = *head;
  if (!head || verified.head_is_behind) sign_head();
}

const LedgerEntry& Ledger::append(LedgerEntry entry) {
  if (failed_) {
    throw LedgerError(folder_.string(), "an earlier entry could not be written", "end the run and start it again");
  }
  entry.seq = entries_.size();
  entry.time = now_();
  entry.cost = cost_of(entry);
  entry.prev = head_.hash;
  entry.hash = hash_of(entry);
  const std::string line = entry_line(entry);
  // From here to the signed head the disk may be behind or ahead of us: only opening it again can tell.
  failed_ = true;
  file_.append(line);
  entries_.push_back(std::move(entry));
  sign_head();
  failed_ = false;
  return entries_.back();
}

void Ledger::sign_head() {
  LedgerHead head{.entries = entries_.size(), .hash = entries_.empty() ? Digest{} : entries_.back().hash};
  head.signature = key_->sign(ledger_head_message(head));
  write_atomically(ledger_files(folder_).head, head_text(head), 0600);
  head_ = head;
}

}  // namespace fedloom::privacy
