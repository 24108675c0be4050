#pragma once
// The masks of one site.
//
// All or nothing (no dropouts): pairwise masks only, from keys that last for a session.
//   mask_i = Σ_{j>i} PRG(k_ij) − Σ_{j<i} PRG(k_ij)  mod 2^64,   Σ_i mask_i = 0
// With recovery (Bonawitz et al. 2017): a self mask beside them, and pairwise keys that last for one round only.
//   mask_i = PRG(b_i) + Σ_{j>i} PRG(k_ij) − Σ_{j<i} PRG(k_ij)
//
//   k_ij = HKDF-SHA-256(X25519(s_i, S_j), info: context ‖ plan ‖ both parties in roster order)
//   self = HKDF-SHA-256(b_i, info: context ‖ plan ‖ the party)
//
// `plan` is the hash of the whole plan as it came to the site. A coordinator that shows two sites different plans
// leaves them with masks that do not cancel: it gets no total of answers to different questions.
//
// To whoever lacks the secret of one pair, the masks of its two sites are uniform but for their sum.

#include <optional>
#include <set>
#include <vector>

#include "fedloom/base/hash.hpp"
#include "fedloom/boundary/masked_share.hpp"
#include "mask_stream.hpp"

namespace fedloom::secagg {

/// One site as its peers see it.
struct Party {
  PublicKey identity{};  ///< roster key
  PublicKey mask_key{};  ///< X25519, of this session or round
};

/// What every key of one round is bound to.
struct MaskContext {
  Digest context{};
  Digest plan{};
};

/// k_ij; `low` stands before `high` in the roster.
SecretBytes pair_key(const SecretBytes& shared, const MaskContext& about, const Party& low, const Party& high);
/// From b.
SecretBytes self_key(const SecretBytes& seed, const MaskContext& about, const Party& party);

/// What a site shares with each party of a sum.
struct PairSecrets {
  std::vector<Party> parties;       ///< in roster order
  std::size_t self = 0;             ///< this site's place in it
  std::vector<SecretBytes> shared;  ///< with each party, in the same order; its own place is unused
};

/// The key streams of a mask, for MaskMaker and for tests: using them twice is a two-time pad.
std::vector<KeyStream> pairwise_streams(const PairSecrets& secrets, const MaskContext& about);

/// Makes a site's masks, in one context no more than once. Lives as long as a session.
class MaskMaker {
 public:
  /// `threads`: for the expansion.
  explicit MaskMaker(unsigned threads = 1) noexcept : threads_(threads) {}
  /// Aborts unless there are at least two parties and a secret for each; and on a context that it has seen.
  /// `seed`: b, with recovery.
  boundary::Mask make(const MaskContext& about, const PairSecrets& secrets, const SecretBytes* seed);

 private:
  std::set<Digest> used_;
  unsigned threads_;
};

/// Takes off the sum of the survivors' masked words what their masks left in it: the self masks of the survivors, and
/// the pairwise masks between survivors and those lost after the keys were dealt.
struct Unmasking {
  std::vector<Party> parties;                         ///< that were dealt to, in roster order
  std::vector<std::optional<SecretBytes>> self_seed;  ///< b of each survivor, none for the lost
  std::vector<std::optional<MaskKey>> mask_key;       ///< s of each lost party, none for survivors
};
/// Aborts unless each party has exactly one of both. Throws PeerError on a mask key of low order. `threads`: for the
/// expansion.
void unmask(const Unmasking& secrets, const MaskContext& about, std::span<std::uint64_t> sum, unsigned threads = 1);

}  // namespace fedloom::secagg
