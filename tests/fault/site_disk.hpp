#pragma once
// What a site keeps, as in site/site_state.hpp.

#include "harness.hpp"

namespace fedloom::fault {

struct SiteDisk {
  test::TempFolder folder{test::memory_folder()};  ///< ledger and shares
  std::uint32_t session = 0;
  std::map<Digest, std::vector<Bytes>> outbox;  ///< by context: announcement and chunks
  std::map<Digest, Digest> decisions;           ///< by context
  std::map<PublicKey, privacy::LedgerHead> peer_heads;
  /// The newest noised share that was stored, and what it answers. All or nothing only.
  std::uint32_t stored_round = 0;
  Digest stored_plan{};

  // Each gives why it cannot be: what a SiteState throws as LedgerError.
  std::optional<std::string> store_sealed(const secagg::StoreSealed& sealed);
  std::optional<std::string> store_decision(const secagg::StoreDecision& decision);
  std::optional<std::string> store_heads(const secagg::StoreHeads& heads);
};

}  // namespace fedloom::fault
