#pragma once
// The pairwise masks of one site in one session (Bonawitz et al. 2017, without the self mask: all or nothing).
//
//   mask_i = Σ_{j>i} PRG(k_ij) − Σ_{j<i} PRG(k_ij)  mod 2^64,   Σ_i mask_i = 0
//   k_ij   = HKDF-SHA-256(X25519(s_i, S_j), info: context ‖ plan ‖ both parties in roster order)
//
// `plan` is the hash of the whole plan as it came to the site. A coordinator that shows two sites different plans
// leaves them with masks that do not cancel: it gets no total of answers to different questions.
//
// To whoever lacks the secret of one pair, the masks of its two sites are uniform but for their sum.

#include <set>
#include <vector>

#include "fedloom/base/hash.hpp"
#include "fedloom/boundary/masked_share.hpp"
#include "mask_stream.hpp"

namespace fedloom::secagg {

/// One site as its peers see it.
struct Party {
  PublicKey identity{};  ///< roster key
  PublicKey mask_key{};  ///< X25519, of this session
};

/// k_ij; `low` stands before `high` in the roster.
SecretBytes pair_key(const SecretBytes& shared, const Digest& context, const Digest& plan, const Party& low,
                     const Party& high);

/// Keys of a session as one site holds them.
struct SessionKeys {
  std::vector<Party> parties;       ///< in roster order
  std::size_t self = 0;             ///< this site's place in it
  std::vector<SecretBytes> shared;  ///< with each party, in roster order; its own place is unused
};

/// The words of a mask, for MaskMaker and for tests: using them twice is a two-time pad.
std::vector<std::uint64_t> mask_words(const SessionKeys& keys, const Digest& context, const Digest& plan,
                                      std::size_t length);

class MaskMaker {
 public:
  /// Aborts unless there are at least two parties and a secret for each.
  explicit MaskMaker(SessionKeys keys);
  /// Makes the mask of the answer to one plan. A second one in the same context aborts, whatever its plan.
  boundary::Mask make(const Digest& context, const Digest& plan, std::size_t length);

 private:
  SessionKeys keys_;
  std::set<Digest> used_;
};

}  // namespace fedloom::secagg
