#pragma once
// What one site sends another through the coordinator: its shares of two secrets, encrypted and bound to who, to whom
// and when. XChaCha20-Poly1305 under a key that serves one message: HKDF-SHA-256 of the two sites' X25519 secret with
// context, sender, receiver and terms in its info, so that the two directions, any two rounds and any two offers
// differ.

#include <array>
#include <optional>

#include "fedloom/base/hash.hpp"
#include "mask_key.hpp"

namespace fedloom::secagg {

/// One receiver's shares of a sender's two secrets. The receiver shows one of them at most.
struct SharePair {
  SecretBytes self_seed;  ///< of b: shown when the sender's masked words are in the sum
  SecretBytes mask_key;   ///< of the secret half of s: shown when they are not
};

/// Both shares and the tag.
using SealedPair = std::array<std::uint8_t, 2 * 32 + 16>;

struct BoxContext {
  Digest context{};  ///< of run, session, round and attempt
  PublicKey sender{};
  PublicKey receiver{};
  Digest terms{};  ///< of everything else that the sender says in the same message
};

/// `shared`: X25519 of the sender's and the receiver's session keys. Once for a context, sender and receiver.
SealedPair seal(const SecretBytes& shared, const BoxContext& about, const SharePair& shares);
/// None when a byte of it, or of what it is bound to, was changed.
std::optional<SharePair> open(const SecretBytes& shared, const BoxContext& about, const SealedPair& sealed);

/// What a share is compared with when it is shown: SHA-256 over what kind it is, context, sender, receiver and the
/// share. Hides it, as a share has 256 bits of entropy.
enum class SecretKind : std::uint8_t { self_seed = 1, mask_key = 2 };
Digest commit_to_share(const BoxContext& about, SecretKind kind, const SecretBytes& share);
/// Of the whole secret b, so that what is put together from shares can be checked. `about`: the receiver is the sender.
Digest commit_to_seed(const Digest& context, const PublicKey& sender, const SecretBytes& seed);

}  // namespace fedloom::secagg
