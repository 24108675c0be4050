#include "mask_maker.hpp"

#include <sodium.h>

#include "fedloom/base/check.hpp"
#include "fedloom/base/hkdf.hpp"

namespace fedloom::secagg {

SecretBytes pair_key(const SecretBytes& shared, const Digest& context, const Digest& plan, const Party& low,
                     const Party& high) {
  ByteWriter info;
  info.raw(context);
  info.raw(plan);
  info.raw(low.identity);
  info.raw(high.identity);
  info.raw(low.mask_key);
  info.raw(high.mask_key);
  auto bytes = hkdf_sha256(shared.view(), as_bytes("fedloom pairwise mask 1"), info.bytes());
  SecretBytes key(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return key;
}

std::vector<std::uint64_t> mask_words(const SessionKeys& keys, const Digest& context, const Digest& plan,
                                      std::size_t length) {
  std::vector<std::uint64_t> words(length);
  const Party& self = keys.parties[keys.self];
  for (std::size_t j = 0; j < keys.parties.size(); ++j) {
    if (j == keys.self) continue;
    const Party& peer = keys.parties[j];
    const bool after = j > keys.self;
    const SecretBytes key = after ? pair_key(keys.shared[j], context, plan, self, peer)
                                  : pair_key(keys.shared[j], context, plan, peer, self);
    add_stream(key, after ? Sign::plus : Sign::minus, words);
  }
  return words;
}

MaskMaker::MaskMaker(SessionKeys keys) : keys_(std::move(keys)) {
  FEDLOOM_CHECK(keys_.parties.size() >= 2);
  FEDLOOM_CHECK(keys_.shared.size() == keys_.parties.size());
  FEDLOOM_CHECK(keys_.self < keys_.parties.size());
}

boundary::Mask MaskMaker::make(const Digest& context, const Digest& plan, std::size_t length) {
  const bool fresh = used_.insert(context).second;
  FEDLOOM_CHECK(fresh);
  return boundary::Mask(mask_words(keys_, context, plan, length));
}

}  // namespace fedloom::secagg
