#pragma once
// Random parts of messages, for the tests of encoding and of what is hashed and signed.

#include "harness.hpp"
#include "signing.hpp"

namespace fedloom::secagg {

template <std::size_t size>
std::array<std::uint8_t, size> any_array(RandomWords& random) {
  std::array<std::uint8_t, size> out{};
  random.fill(out);
  return out;
}
inline std::uint32_t any32(RandomWords& random) { return static_cast<std::uint32_t>(random.next()); }
inline double any_rho(RandomWords& random) { return static_cast<double>(random.next() % 1000) / 7; }
inline privacy::LedgerHead any_head(RandomWords& random) {
  return {random.next(), any_array<32>(random), any_array<64>(random)};
}
inline std::vector<SiteHead> any_heads(RandomWords& random) {
  std::vector<SiteHead> heads(random.next() % 6);
  for (auto& head : heads) head = {any_array<32>(random), any_head(random)};
  return heads;
}
inline RunContext any_run(RandomWords& random) {
  return {std::string(random.next() % 40, 'r'), any_array<32>(random), any_array<32>(random)};
}

inline RoundId any_id(RandomWords& random) { return {any32(random), any32(random), any32(random)}; }
/// Announces one to three chunks.
inline ShareMessage any_share(RandomWords& random) {
  ShareMessage share{.id = any_id(random),
                     .plan = any_array<32>(random),
                     .words = 1 + random.next() % (3 * chunk_words),
                     .head = any_head(random),
                     .booked_rho = any_rho(random)};
  for (std::uint32_t i = 0; i < chunk_count(share.words); ++i) share.chunks.push_back(any_array<32>(random));
  return share;
}
inline ShareChunk any_chunk(RandomWords& random) {
  std::vector<std::uint64_t> words(random.next() % 9);
  for (auto& word : words) word = random.next();
  return {any_id(random), any32(random), boundary::MaskedShare::from_wire(std::move(words))};
}
inline OfferEntry any_entry(RandomWords& random, std::uint32_t place) {
  return {place, any_array<32>(random), any_array<32>(random), any_array<sizeof(SealedShares)>(random)};
}
inline Offer any_offer(RandomWords& random) {
  Offer offer{.terms = {.id = any_id(random),
                        .plan = any_array<32>(random),
                        .mask_key = any_array<32>(random),
                        .self_seed = any_array<32>(random)},
              .entries = {any_entry(random, 0), any_entry(random, 2), any_entry(random, 99)}};
  offer.terms.entries = entries_hash(offer.entries);
  return offer;
}
inline Unmask any_unmask(RandomWords& random) {
  return {.id = any_id(random),
          .agreement = any_array<32>(random),
          .shares = {{1, any_array<32>(random)}, {2, any_array<32>(random)}}};
}

}  // namespace fedloom::secagg
