#include "site_disk.hpp"

namespace fedloom::fault {

std::optional<std::string> SiteDisk::store_sealed(const secagg::StoreSealed& sealed) {
  if (outbox.contains(sealed.context)) return "a share was sealed under this context before";
  auto& frames = outbox[sealed.context];
  for (const auto& message : test::sealed_messages(sealed)) frames.push_back(secagg::encode(message));
  return std::nullopt;
}

std::optional<std::string> SiteDisk::store_decision(const secagg::StoreDecision& decision) {
  const auto known = decisions.try_emplace(decision.context, decision.agreement).first;
  if (known->second == decision.agreement) return std::nullopt;
  return "shares were shown for another list of survivors before";
}

std::optional<std::string> SiteDisk::store_heads(const secagg::StoreHeads& heads) {
  for (const secagg::SiteHead& peer : heads.heads) {
    const auto known = peer_heads.find(peer.key);
    if (known == peer_heads.end()) continue;
    const auto& before = known->second;
    const bool rewritten =
        peer.head.entries < before.entries || (peer.head.entries == before.entries && peer.head.hash != before.hash);
    if (rewritten) return "a peer shows a ledger that is not the one it showed before";
  }
  peer_heads.clear();
  for (const secagg::SiteHead& peer : heads.heads) peer_heads[peer.key] = peer.head;
  return std::nullopt;
}

}  // namespace fedloom::fault
