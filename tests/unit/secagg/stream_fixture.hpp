#pragma once
// What the tests of keys, streams and masks share.

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "mask_maker.hpp"
#include "support/split_mix_random.hpp"

namespace fedloom::secagg {

using Words = std::vector<std::uint64_t>;

inline std::string hex_of(const SecretBytes& secret) { return to_hex(ByteView(secret.view())); }
inline std::array<std::uint8_t, 32> filled(std::uint8_t value) {
  std::array<std::uint8_t, 32> bytes;
  bytes.fill(value);
  return bytes;
}
/// 0, 1, 2, ..., 31
inline SecretBytes counted() {
  SecretBytes secret;
  for (std::size_t k = 0; k < 32; ++k) secret.writable()[k] = static_cast<std::uint8_t>(k);
  return secret;
}
inline SecretBytes drawn(RandomWords& random) {
  SecretBytes secret;
  random.fill(secret.writable());
  return secret;
}
inline void add_stream(const SecretBytes& key, Sign sign, std::span<std::uint64_t> words) {
  const KeyStream stream{key.clone(), sign};
  add_streams({&stream, 1}, words);
}
inline MaskContext about() { return {.context = sha256("context"), .plan = sha256("plan")}; }

/// How a pair's secret is made from one side's secret key and the other's public key.
using Agreement = std::function<SecretBytes(const MaskKey& own, const PublicKey& peer)>;
inline SecretBytes by_x25519(const MaskKey& own, const PublicKey& peer) { return own.agree(peer).value(); }

/// Sites with mask keys and seeds of their own, all in one place.
class Sites {
 public:
  explicit Sites(std::size_t count, std::uint64_t seed = 1, Agreement agreement = by_x25519)
      : agreement_(std::move(agreement)) {
    test::SplitMixRandom random(seed);
    for (std::size_t i = 0; i < count; ++i) {
      keys_.emplace_back(random);
      seeds_.push_back(drawn(random));
      parties_.push_back({filled(static_cast<std::uint8_t>(i)), keys_.back().public_key()});
    }
  }
  std::size_t count() const { return keys_.size(); }
  const std::vector<Party>& parties() const { return parties_; }
  const MaskKey& key(std::size_t site) const { return keys_[site]; }
  const SecretBytes& seed(std::size_t site) const { return seeds_[site]; }
  SecretBytes secret(std::size_t own, std::size_t peer) const {
    return agreement_(keys_[own], parties_[peer].mask_key);
  }
  PairSecrets secrets_of(std::size_t self) const {
    PairSecrets secrets{.parties = parties_, .self = self, .shared = std::vector<SecretBytes>(count())};
    for (std::size_t j = 0; j < count(); ++j) {
      if (j != self) secrets.shared[j] = secret(self, j);
    }
    return secrets;
  }
  void renew_key(std::size_t site, std::uint64_t seed) {
    test::SplitMixRandom random(seed);
    keys_[site] = MaskKey(random);
    parties_[site].mask_key = keys_[site].public_key();
  }

 private:
  std::vector<MaskKey> keys_;
  std::vector<SecretBytes> seeds_;
  std::vector<Party> parties_;
  Agreement agreement_;
};

inline Words pairwise_words(const PairSecrets& secrets, const MaskContext& about, std::size_t length) {
  Words words(length);
  add_streams(pairwise_streams(secrets, about), words);
  return words;
}

}  // namespace fedloom::secagg
