#include "fedloom/site/site_state.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::site {
namespace fs = std::filesystem;

namespace {
fs::path approval_file(const config::SitePolicy& policy, const Digest& config_hash) {
  return policy.state / "approved" / to_hex(config_hash);
}

void make_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw EnvironmentError(folder.string(), "cannot be created: " + error.message(),
                           "check the policy's `state` folder and the disk");
  }
  fs::permissions(folder, fs::perms::owner_all, error);
}
}  // namespace

SiteState::SiteState(const config::SitePolicy& policy, std::string run_id)
    : data_set_(policy.state / policy.data_set), run_(data_set_ / "runs" / run_id) {
  for (const auto& folder : {policy.state, data_set_, ledger_folder(), share_folder(), run_ / "outbox"}) {
    make_private_folder(folder);
  }
}

std::uint32_t SiteState::last_session() const {
  const fs::path file = run_ / "session";
  if (!fs::exists(file)) return 0;
  const std::string text = read_text(file);
  std::uint32_t session = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), session);
  if (error != std::errc{} || std::string_view(end) != "\n") {
    throw LedgerError(file.string(), "is not a session number",
                      "this run cannot be resumed by this site; start a new run");
  }
  return session;
}

void SiteState::store_session(std::uint32_t session) const {
  write_atomically(run_ / "session", std::to_string(session) + "\n");
}

void SiteState::store_sealed(const Digest& context, const Bytes& bytes) const {
  const fs::path file = run_ / "outbox" / (to_hex(context) + ".bin");
  if (fs::exists(file)) {
    throw LedgerError(file.string(), "a share was sealed under this context before",
                      "one context is sealed once; start a new run");
  }
  write_atomically(file, bytes);
}

void SiteState::store_heads(const std::vector<secagg::SiteHead>& heads) const {
  nlohmann::json list = nlohmann::json::array();
  for (const auto& peer : heads) {
    list.push_back({{"key", to_hex(ByteView(peer.key))},
                    {"entries", peer.head.entries},
                    {"hash", to_hex(ByteView(peer.head.hash))},
                    {"signature", to_hex(ByteView(peer.head.signature))}});
  }
  write_atomically(run_ / "peer-heads.json", list.dump(1) + "\n");
}

void SiteState::drop_outbox() const {
  std::error_code ignored;
  fs::remove_all(run_ / "outbox", ignored);
}

bool is_approved(const config::SitePolicy& policy, const Digest& config_hash) {
  return fs::exists(approval_file(policy, config_hash));
}

void approve(const config::SitePolicy& policy, const Digest& config_hash) {
  make_private_folder(policy.state / "approved");
  write_atomically(approval_file(policy, config_hash), utc_timestamp() + "\n");
}

}  // namespace fedloom::site
