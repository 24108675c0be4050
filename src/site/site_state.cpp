#include "fedloom/site/site_state.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::site {
namespace fs = std::filesystem;

namespace {
/// Of an announcement (its chunks' digests) or a chunk.
constexpr std::size_t max_frame = std::size_t{4} << 20;

fs::path approval_file(const config::SitePolicy& policy, const Digest& config_hash) {
  return policy.state / "approved" / (policy.site.name + "-" + to_hex(config_hash));
}

fs::path roster_file(const fs::path& data_set) { return data_set / "aggregate-roster"; }

void make_private_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw EnvironmentError(folder.string(), "cannot be created: " + error.message(),
                           "check the policy's `state` folder and the disk");
  }
  fs::permissions(folder, fs::perms::owner_all, error);
}
/// Within one run a ledger only grows: fewer entries, or another hash at the same number, is a chain written anew.
void check_none_went_back(const std::vector<secagg::SiteHead>& before, const std::vector<secagg::SiteHead>& now) {
  for (const auto& old : before) {
    for (const auto& peer : now) {
      if (peer.key != old.key) continue;
      const bool rewritten = peer.head.entries < old.head.entries ||
                             (peer.head.entries == old.head.entries && peer.head.hash != old.head.hash);
      if (!rewritten) continue;
      throw LedgerError("the site with key " + to_hex(ByteView(peer.key)).substr(0, 16) + "…",
                        "shows a ledger that is not the one it showed before in this run",
                        "do not go on with this run; ask that site's custodian");
    }
  }
}

}  // namespace

SiteState::SiteState(const config::SitePolicy& policy, std::string run_id)
    : data_set_(policy.state / policy.data_set), run_(data_set_ / "runs" / run_id) {
  for (const auto& folder : {policy.state, data_set_, ledger_folder(), share_folder(), run_ / "outbox",
                             run_ / "decisions", run_ / "opened"}) {
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

void SiteState::store_sealed(const Digest& context, const secagg::ShareMessage& announcement,
                             const boundary::MaskedShare& share) const {
  const fs::path file = run_ / "outbox" / (to_hex(context) + ".bin");
  if (fs::exists(file)) {
    throw LedgerError(file.string(), "a share was sealed under this context before",
                      "one context is sealed once; start a new run");
  }
  AtomicFile out(file);
  const auto append = [&out](const secagg::Message& message) {
    ByteWriter frame;
    frame.blob(secagg::encode(message));
    out.append(frame.bytes());
  };
  append(announcement);
  for (std::uint32_t index = 0; index < announcement.chunks.size(); ++index) {
    const auto range = secagg::chunk_range(announcement.words, index);
    append(secagg::ShareChunk{announcement.id, index, share.part(range.first, range.count)});
  }
  out.commit();
}

void SiteState::read_sealed(const Digest& context, const std::function<void(const secagg::Message&)>& take) const {
  const fs::path file = run_ / "outbox" / (to_hex(context) + ".bin");
  const auto damaged = [&file] {
    return LedgerError(file.string(), "this stored share was changed or is gone",
                       "the round is lost: start the run again with --resume");
  };
  std::ifstream in(file, std::ios::binary);
  std::array<std::uint8_t, 4> length{};
  std::size_t left = 0;  ///< chunks still to come
  bool any = false;
  while (in.read(reinterpret_cast<char*>(length.data()), length.size())) {
    Bytes frame(std::min<std::size_t>(ByteReader(length).u32(), max_frame));
    in.read(reinterpret_cast<char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
    const auto message = in ? secagg::decode(frame) : std::nullopt;
    if (!message) throw damaged();
    const auto* announcement = std::get_if<secagg::ShareMessage>(&*message);
    if (any == (announcement != nullptr)) throw damaged();
    if (announcement != nullptr) left = announcement->chunks.size() + 1;
    if (left == 0) throw damaged();
    --left;
    take(*message);
    any = true;
  }
  if (!any || left > 0 || in.gcount() != 0) throw damaged();
}

void SiteState::store_decision(const Digest& context, const Digest& agreement) const {
  const fs::path file = run_ / "decisions" / to_hex(context);
  const std::string text = to_hex(agreement) + "\n";
  if (!fs::exists(file)) return write_atomically(file, text);
  if (read_text(file) != text) {
    throw LedgerError(file.string(), "shares were shown for another list of survivors before",
                      "the coordinator asks for both secrets of a site: ask the lead why, and start a new run");
  }
}

void SiteState::store_heads(const std::vector<secagg::SiteHead>& heads) const {
  const fs::path file = run_ / "peer-heads.json";
  // A list may leave out a site that was lost: what is known of it stays.
  std::vector<secagg::SiteHead> known = fs::exists(file) ? load_peer_heads(file) : std::vector<secagg::SiteHead>{};
  check_none_went_back(known, heads);
  for (const auto& peer : heads) {
    const auto old =
        std::find_if(known.begin(), known.end(), [&peer](const auto& entry) { return entry.key == peer.key; });
    if (old != known.end()) {
      old->head = peer.head;
    } else {
      known.push_back(peer);
    }
  }
  nlohmann::json list = nlohmann::json::array();
  for (const auto& peer : known) {
    list.push_back({{"key", to_hex(ByteView(peer.key))},
                    {"entries", peer.head.entries},
                    {"hash", to_hex(ByteView(peer.head.hash))},
                    {"signature", to_hex(ByteView(peer.head.signature))}});
  }
  write_atomically(file, list.dump(1) + "\n");
}

void SiteState::pin_roster(const Digest& fingerprint) const {
  const fs::path file = roster_file(data_set_);
  if (!fs::exists(file)) write_atomically(file, to_hex(fingerprint) + "\n");
}

void SiteState::note_opened(std::uint32_t round) const {
  write_atomically(run_ / "opened" / std::to_string(round), utc_timestamp() + "\n");
}

bool SiteState::was_opened(std::uint32_t round) const { return fs::exists(run_ / "opened" / std::to_string(round)); }

void SiteState::drop_outbox() const {
  std::error_code ignored;
  fs::remove_all(run_ / "outbox", ignored);
  fs::remove_all(run_ / "decisions", ignored);
}

std::optional<Digest> pinned_roster(const config::SitePolicy& policy) {
  const fs::path file = roster_file(policy.state / policy.data_set);
  if (!fs::exists(file)) return std::nullopt;
  const std::string text = read_text(file);
  const auto fingerprint = fixed_from_hex<32>(std::string_view(text).substr(0, text.find('\n')));
  if (!fingerprint || text != to_hex(*fingerprint) + "\n") {
    throw LedgerError(file.string(), "is not a roster's fingerprint",
                      "restore it from a backup: it tells whom exact totals of this data set were opened to");
  }
  return fingerprint;
}

std::vector<secagg::SiteHead> load_peer_heads(const fs::path& file) {
  std::vector<secagg::SiteHead> heads;
  try {
    for (const auto& peer : nlohmann::json::parse(read_text(file))) {
      const auto key = fixed_from_hex<32>(peer.at("key").get<std::string>());
      const auto hash = fixed_from_hex<32>(peer.at("hash").get<std::string>());
      const auto signature = fixed_from_hex<64>(peer.at("signature").get<std::string>());
      if (!key || !hash || !signature)
        throw LedgerError(file.string(), "holds a malformed head", "use an undamaged copy");
      heads.push_back({*key, {peer.at("entries").get<std::uint64_t>(), *hash, *signature}});
    }
  } catch (const nlohmann::json::exception&) {
    throw LedgerError(file.string(), "is not a list of ledger heads", "use an undamaged copy");
  }
  return heads;
}

bool is_approved(const config::SitePolicy& policy, const Digest& config_hash) {
  return fs::exists(approval_file(policy, config_hash));
}

void approve(const config::SitePolicy& policy, const Digest& config_hash) {
  make_private_folder(policy.state / "approved");
  write_atomically(approval_file(policy, config_hash), utc_timestamp() + "\n");
}

}  // namespace fedloom::site
