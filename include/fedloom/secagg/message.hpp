#pragma once
// The closed set of messages. Neither raw values, noised shares, rows nor plain vectors can construct one.
// What a site says is signed with its roster key over (type, context, body); authentication lives in the
// message, not in the transport. What the coordinator says is not signed: a site believes none of it that a site or
// its own policy has not confirmed.
//
// `places` are positions in the roster, ascending.

#include <array>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/identity.hpp"
#include "fedloom/boundary/masked_share.hpp"
#include "fedloom/boundary/plan.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "fedloom/privacy/public_spend.hpp"

namespace fedloom::secagg {

inline constexpr std::uint16_t protocol_version = 2;

/// What every signature and key is bound to.
struct RunContext {
  std::string run_id;
  Digest config_hash{};  ///< of the resolved experiment and schema
  Digest roster_hash{};  ///< Roster::fingerprint
  bool operator==(const RunContext&) const = default;
};
/// SHA-256(version ‖ run id ‖ config hash ‖ roster hash ‖ session ‖ round ‖ attempt); round 0 for the session itself.
Digest context_hash(const RunContext& run, std::uint32_t session, std::uint32_t round, std::uint32_t attempt);
/// Which answer of which session: no two are the same in a run.
struct RoundId {
  std::uint32_t session = 0, round = 0, attempt = 0;
  auto operator<=>(const RoundId&) const = default;
};
Digest context_hash(const RunContext& run, const RoundId& id);
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
/// Fresh X25519 public key for this session: of the masks (no dropouts), or of the boxes that shares travel in.
struct Advertise {
  PublicKey key{};  ///< the site's roster key
  std::uint32_t session = 0;
  PublicKey session_key{};  ///< X25519
  Signature signature{};
};

/// A share's two halves for one receiver, encrypted, and what each is compared with when it is shown.
using SealedShares = std::array<std::uint8_t, 2 * 32 + 16>;
struct OfferEntry {
  std::uint32_t place = 0;  ///< of the receiver
  Digest self_seed{};       ///< commitment to its share of b
  Digest mask_key{};        ///< commitment to its share of s
  SealedShares sealed{};
  bool operator==(const OfferEntry&) const = default;
};
/// SHA-256 of all entries, in order.
Digest entries_hash(const std::vector<OfferEntry>& entries);
/// The part of an offer that all receivers see, and that is signed.
struct OfferTerms {
  PublicKey key{};
  RoundId id;
  Digest plan{};         ///< plan_hash of what it is an offer for
  PublicKey mask_key{};  ///< X25519, for this attempt only
  Digest self_seed{};    ///< commitment to b
  Digest entries{};      ///< entries_hash
  Signature signature{};
};
/// Recovery only: fresh mask keys, and shares of their secrets for every member of the session.
struct Offer {
  OfferTerms terms;
  std::vector<OfferEntry> entries;  ///< one for each member of the session, itself included
};

/// Words that one ShareChunk carries; the last of a share carries the rest.
inline constexpr std::size_t chunk_words = std::size_t{1} << 17;
/// Announces a share: its chunks follow.
struct ShareMessage {
  PublicKey key{};
  RoundId id;
  Digest plan{};  ///< plan_hash of what it answers
  std::uint64_t words = 0;
  std::vector<Digest> chunks;  ///< SHA-256 of each chunk's words
  privacy::LedgerHead head;
  double booked_rho = 0;
  Signature signature{};
};
/// Words chunk_words·index and on of the share announced for the same id. The announcement's digest signs for it.
struct ShareChunk {
  RoundId id;
  std::uint32_t index = 0;
  boundary::MaskedShare words;
};

/// One signature of a site under one list of survivors; a context has one at most.
struct Agree {
  PublicKey key{};
  RoundId id;
  Digest agreement{};  ///< agreement_hash
  Signature signature{};
};
/// A share of a secret that is now shown: of b of a survivor, or of s of a site that was lost.
struct ShownShare {
  std::uint32_t place = 0;  ///< whose secret
  std::array<std::uint8_t, 32> share{};
};
struct Unmask {
  PublicKey key{};
  RoundId id;
  Digest agreement{};
  std::vector<ShownShare> shares;  ///< one for each site that was dealt to
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
  std::vector<Advertise> keys;  ///< of each member of the session, in roster order
};
struct SiteHead {
  PublicKey key{};
  privacy::LedgerHead head;
};
struct PlanMessage {
  std::uint32_t session = 0;
  boundary::RoundPlan plan;
  std::vector<SiteHead> heads;  ///< the newest head of every site that was heard: each keeps its peers'
};
/// The offers of all who made one, each with the entry for the receiver.
struct Deal {
  RoundId id;
  struct Offered {
    OfferTerms terms;
    OfferEntry entry;
  };
  std::vector<Offered> offers;
};
/// Send the stored share once more.
struct Resend {
  RoundId id;
};
/// Whose shares are in the sum.
struct Survivors {
  RoundId id;
  std::vector<std::uint32_t> places;
};
/// Enough signatures under one list of survivors.
struct Proof {
  RoundId id;
  std::vector<Agree> agreed;
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

using Message = std::variant<Join, Advertise, ShareMessage, Refuse, Goodbye, OpenSession, KeyList, PlanMessage,
                             CloseRun, Abort, ShareChunk, Offer, Agree, Unmask, Deal, Resend, Survivors, Proof>;

const char* name_of(const Message& message) noexcept;
const char* name_of(RefusalCode code) noexcept;

/// Sessions that a run may have: far more than anyone restarts, and never a number that cannot grow.
inline constexpr std::uint32_t max_session = 1'000'000;
/// Limits of the wire format: a share's words, a list's entries, a text's bytes.
inline constexpr std::uint64_t max_share_words = std::uint64_t{1} << 31;
inline constexpr std::size_t max_list = 100;
inline constexpr std::size_t max_text = 4096;

/// type ‖ version ‖ body. decode gives nothing for a message that is not exactly well formed: what it gives
/// encodes to the same bytes again.
Bytes encode(const Message& message);
std::optional<Message> decode(ByteView bytes);

/// A signed no of no session (session 0, round 0): from a site that has not joined, or that cannot go on, at any time.
Message make_refusal(const SigningKey& key, const RunContext& run, RefusalCode code);

/// What was dealt to whom: every site's terms, in roster order.
Digest deal_hash(const std::vector<OfferTerms>& terms);
/// What survivors sign: the deal, and who is left of it.
Digest agreement_hash(const Digest& deal, const std::vector<std::uint32_t>& survivors);
/// Which words chunk `index` of a share of `words` words carries.
struct ChunkRange {
  std::uint64_t first = 0, count = 0;
};
ChunkRange chunk_range(std::uint64_t words, std::uint32_t index);
std::uint32_t chunk_count(std::uint64_t words);
Digest chunk_hash(std::span<const std::uint64_t> words);

/// What a Goodbye acknowledges: every head, in order, the public ledger (its privacy::public_ledger_hash), and whether
/// that is the finished run's: a site does not look whether that of a stopped one covers its books.
Digest closing_hash(const std::vector<SiteHead>& heads, const Digest& public_ledger, bool finished = true);
Goodbye make_goodbye(const SigningKey& key, const RunContext& run, std::uint32_t session, const Digest& closing);
/// True for a head that `key` signed; that of an empty ledger is signed too.
bool is_genuine_head(const PublicKey& key, const privacy::LedgerHead& head);
/// For `ledger verify`, long after the run.
bool verify_goodbye(const Goodbye& goodbye, const RunContext& run);

}  // namespace fedloom::secagg
