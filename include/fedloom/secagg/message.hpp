#pragma once
// The closed set of messages. Neither raw values, noised shares, rows nor plain vectors can construct one.
// What a site says is signed with its roster key over (type, context, body); authentication lives in the
// message, not in the transport.

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/identity.hpp"
#include "fedloom/boundary/masked_share.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "fedloom/privacy/public_spend.hpp"

namespace fedloom::secagg {

inline constexpr std::uint16_t protocol_version = 1;

/// What every signature and key is bound to.
struct RunContext {
  std::string run_id;
  Digest config_hash{};  ///< of the resolved experiment and schema
  Digest roster_hash{};  ///< Roster::fingerprint
  bool operator==(const RunContext&) const = default;
};
/// SHA-256(version ‖ run id ‖ config hash ‖ roster hash ‖ session ‖ round ‖ attempt); round 0 for the session itself.
Digest context_hash(const RunContext& run, std::uint32_t session, std::uint32_t round, std::uint32_t attempt);
/// SHA-256 of the whole plan as it is sent, attempt and reuse included. Masks are bound to it: shares that answer
/// different plans do not add up to anything.
Digest plan_hash(const boundary::RoundPlan& plan);

// ---- site → coordinator ------------------------------------------------------------------------------------

/// First word of a site. Not yet bound to a session; tells what a resumed run needs to know.
struct Join {
  PublicKey key{};
  RunContext run;
  std::uint32_t last_session = 0;  ///< largest session this site has taken part in; 0: none
  std::uint32_t stored_round = 0;  ///< newest round whose noised share it still has; 0: none
  Digest stored_plan{};            ///< content_hash of that round's plan
  double booked_rho = 0;           ///< what its ledger holds for this run
  privacy::LedgerHead head;
  Signature signature{};
};
/// Fresh X25519 public key for this session's masks.
struct Advertise {
  PublicKey key{};  ///< the site's roster key
  std::uint32_t session = 0;
  PublicKey mask_key{};  ///< X25519
  Signature signature{};
};
struct ShareMessage {
  PublicKey key{};
  std::uint32_t session = 0, round = 0, attempt = 0;
  Digest plan{};  ///< plan_hash of what it answers
  boundary::MaskedShare share;
  privacy::LedgerHead head;
  double booked_rho = 0;
  Signature signature{};
};
/// A site's no. Says nothing that depends on rows: those refusals come before it joins, or say `withdrew`.
enum class RefusalCode : std::uint8_t {
  withdrew = 1,
  policy,
  budget_run,
  budget_lifetime,
  roster,
  configuration,
  protocol,
  stopping
};
struct Refuse {
  PublicKey key{};
  std::uint32_t session = 0, round = 0;
  RefusalCode code = RefusalCode::withdrew;
  Signature signature{};
};
/// Ends the run at a site: it has stored the peers' heads, and acknowledges them and the run's public ledger, which
/// covers all that the site has booked when the run is finished.
struct Goodbye {
  PublicKey key{};
  std::uint32_t session = 0;
  Digest closing{};  ///< closing_hash of the CloseRun it acknowledges
  Signature signature{};
};

// ---- coordinator → site ------------------------------------------------------------------------------------

struct OpenSession {
  RunContext run;
  std::uint32_t session = 0;  ///< greater than any before
};
struct KeyList {
  std::uint32_t session = 0;
  std::vector<Advertise> keys;  ///< one for each roster member
};
struct SiteHead {
  PublicKey key{};
  privacy::LedgerHead head;
};
struct PlanMessage {
  std::uint32_t session = 0;
  boundary::RoundPlan plan;
  std::vector<SiteHead> heads;  ///< the newest head of every site: each keeps its peers'
};
struct CloseRun {
  std::uint32_t session = 0;
  bool finished = false;  ///< false: stopped on a signal, to be resumed
  std::vector<SiteHead> heads;
  std::vector<privacy::PublicSpend> public_ledger;  ///< the run's whole list of what was spent
};
struct Abort {
  std::string reason;  ///< one sentence, public, names the site it is about
};

using Message =
    std::variant<Join, Advertise, ShareMessage, Refuse, Goodbye, OpenSession, KeyList, PlanMessage, CloseRun, Abort>;

const char* name_of(const Message& message) noexcept;
const char* name_of(RefusalCode code) noexcept;

/// Limits of the wire format: a share's words, a list's entries, a text's bytes.
inline constexpr std::uint64_t max_share_words = std::uint64_t{1} << 27;
inline constexpr std::size_t max_list = 100;
inline constexpr std::size_t max_text = 4096;

/// type ‖ version ‖ body. decode gives nothing for a message that is not exactly well formed: what it gives
/// encodes to the same bytes again.
Bytes encode(const Message& message);
std::optional<Message> decode(ByteView bytes);

/// A signed no of no session (session 0, round 0): from a site that has not joined, or that cannot go on, at any time.
Message make_refusal(const SigningKey& key, const RunContext& run, RefusalCode code);

/// What a Goodbye acknowledges: every head, in order, and the public ledger (its privacy::public_ledger_hash).
Digest closing_hash(const std::vector<SiteHead>& heads, const Digest& public_ledger);
Goodbye make_goodbye(const SigningKey& key, const RunContext& run, std::uint32_t session, const Digest& closing);
/// For `ledger verify`, long after the run.
bool verify_goodbye(const Goodbye& goodbye, const RunContext& run);

}  // namespace fedloom::secagg
