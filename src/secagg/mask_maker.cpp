#include "mask_maker.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/hkdf.hpp"
#include "parallel.hpp"

namespace fedloom::secagg {
namespace {

SecretBytes derived(const SecretBytes& secret, std::string_view what, ByteView info) {
  auto bytes = hkdf_sha256(secret.view(), as_bytes(what), info);
  SecretBytes key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

/// What the site at `self` does with the key that it shares with `peer`.
constexpr Sign sign_of(std::size_t self, std::size_t peer) noexcept { return peer > self ? Sign::plus : Sign::minus; }

SecretBytes key_between(const SecretBytes& shared, const MaskContext& about, const std::vector<Party>& parties,
                        std::size_t one, std::size_t other) {
  return pair_key(shared, about, parties[std::min(one, other)], parties[std::max(one, other)]);
}

/// Expands its keys when it is added, and forgets them when it goes.
class KeyedMask final : public boundary::MaskSource {
 public:
  KeyedMask(std::vector<KeyStream>&& streams, unsigned threads) : streams_(std::move(streams)), threads_(threads) {}
  void add_to(std::span<std::uint64_t> words) const override { add_streams(streams_, words, threads_); }

 private:
  std::vector<KeyStream> streams_;
  unsigned threads_;
};

/// What takes off the pairwise mask that a survivor has left in the sum.
KeyStream left_by(const Unmasking& secrets, const MaskContext& about, std::size_t survivor, std::size_t lost) {
  const auto shared = secrets.mask_key[lost]->agree(secrets.parties[survivor].mask_key);
  if (!shared) {
    // Honest sites refuse such a key when it is dealt, so that no sum with it comes this far.
    throw PeerError("unmasking", "a site's mask key is a point of low order", "leave that site out of the roster");
  }
  return {key_between(*shared, about, secrets.parties, survivor, lost), opposite(sign_of(survivor, lost))};
}

}  // namespace

SecretBytes pair_key(const SecretBytes& shared, const MaskContext& about, const Party& low, const Party& high) {
  ByteWriter info;
  info.raw(about.context);
  info.raw(about.plan);
  info.raw(low.identity);
  info.raw(high.identity);
  info.raw(low.mask_key);
  info.raw(high.mask_key);
  return derived(shared, "fedloom pairwise mask 1", info.bytes());
}

SecretBytes self_key(const SecretBytes& seed, const MaskContext& about, const Party& party) {
  ByteWriter info;
  info.raw(about.context);
  info.raw(about.plan);
  info.raw(party.identity);
  info.raw(party.mask_key);
  return derived(seed, "fedloom self mask 1", info.bytes());
}

std::vector<KeyStream> pairwise_streams(const PairSecrets& secrets, const MaskContext& about) {
  std::vector<KeyStream> streams;
  streams.reserve(secrets.parties.size());
  for (std::size_t peer = 0; peer < secrets.parties.size(); ++peer) {
    if (peer == secrets.self) continue;
    streams.push_back(
        {key_between(secrets.shared[peer], about, secrets.parties, secrets.self, peer), sign_of(secrets.self, peer)});
  }
  return streams;
}

boundary::Mask MaskMaker::make(const MaskContext& about, const PairSecrets& secrets, const SecretBytes* seed) {
  FEDLOOM_CHECK(secrets.parties.size() >= 2);
  FEDLOOM_CHECK(secrets.shared.size() == secrets.parties.size());
  FEDLOOM_CHECK(secrets.self < secrets.parties.size());
  const bool fresh = used_.insert(about.context).second;
  FEDLOOM_CHECK(fresh);
  auto streams = pairwise_streams(secrets, about);
  if (seed) streams.push_back({self_key(*seed, about, secrets.parties[secrets.self]), Sign::plus});
  return boundary::Mask(std::make_unique<KeyedMask>(std::move(streams), threads_));
}

void unmask(const Unmasking& secrets, const MaskContext& about, std::span<std::uint64_t> sum, unsigned threads) {
  const std::size_t n = secrets.parties.size();
  FEDLOOM_CHECK(secrets.self_seed.size() == n && secrets.mask_key.size() == n);
  std::vector<KeyStream> streams;
  std::vector<std::pair<std::size_t, std::size_t>> pairs;  // a survivor, and one who was lost
  for (std::size_t i = 0; i < n; ++i) {
    FEDLOOM_CHECK(secrets.self_seed[i].has_value() != secrets.mask_key[i].has_value());
    if (!secrets.self_seed[i]) continue;
    streams.push_back({self_key(*secrets.self_seed[i], about, secrets.parties[i]), Sign::minus});
    for (std::size_t lost = 0; lost < n; ++lost) {
      if (secrets.mask_key[lost]) pairs.emplace_back(i, lost);
    }
  }
  const std::size_t first = streams.size();
  streams.resize(first + pairs.size());
  in_parallel(pairs.size(), 1, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      streams[first + k] = left_by(secrets, about, pairs[k].first, pairs[k].second);
    }
  });
  add_streams(streams, sum, threads);
}

}  // namespace fedloom::secagg
