#pragma once
// What a site keeps on its own disk between rounds and runs, below the policy's `state` folder:
//
//   <data_set>/ledger/            the ledger (privacy/ledger.hpp)
//   <data_set>/shares/            noised shares, encrypted (boundary/share_vault.hpp)
//   <data_set>/aggregate-roster   whom exact totals were opened to; none: never
//   <data_set>/runs/<run>/session           the last session number used
//   <data_set>/runs/<run>/opened/<round>    exact totals of that round are among the stored shares, and may have left
//   <data_set>/runs/<run>/outbox/<ctx>.bin  sealed bytes, stored before they are sent: announcement and chunks
//   <data_set>/runs/<run>/decisions/<ctx>   whose secrets it has shown shares of, stored before it shows any
//   <data_set>/runs/<run>/peer-heads.json   the peers' ledger heads: a witness against rewriting
//   approved/<site>-<config hash>           experiments approved by that site's custodian

#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "fedloom/config/config.hpp"
#include "fedloom/secagg/message.hpp"

namespace fedloom::site {

class SiteState {
 public:
  SiteState(const config::SitePolicy& policy, std::string run_id);
  std::filesystem::path ledger_folder() const { return data_set_ / "ledger"; }
  std::filesystem::path share_folder() const { return data_set_ / "shares"; }
  std::uint32_t last_session() const;
  void store_session(std::uint32_t session) const;
  /// Piece by piece: the share is in memory once. Throws LedgerError when this context was sealed before.
  void store_sealed(const Digest& context, const secagg::ShareMessage& announcement,
                    const boundary::MaskedShare& share) const;
  /// Hands over the stored announcement and its chunks, one at a time. Throws LedgerError when the file was damaged.
  void read_sealed(const Digest& context, const std::function<void(const secagg::Message&)>& take) const;
  /// Throws LedgerError when another decision stands there already: shares of both secrets of a site must never be
  /// shown.
  void store_decision(const Digest& context, const Digest& agreement) const;
  /// Throws LedgerError when a peer's ledger went back since the last call in this run.
  void store_heads(const std::vector<secagg::SiteHead>& heads) const;
  /// trust: aggregate: the data set's totals are opened to this roster; on disk when it returns.
  void pin_roster(const Digest& fingerprint) const;
  /// The share of the round's exact totals is stored; on disk before it may be sealed.
  void note_opened(std::uint32_t round) const;
  bool was_opened(std::uint32_t round) const;
  /// Sealed bytes of a finished run are of no more use.
  void drop_outbox() const;

 private:
  std::filesystem::path data_set_;
  std::filesystem::path run_;
};

/// The roster that exact totals of the policy's data set were opened to, in any run. Throws LedgerError (damage).
std::optional<Digest> pinned_roster(const config::SitePolicy& policy);

/// A peer-heads.json, this site's or one that another site sends: witnesses for `ledger verify`. Throws LedgerError.
std::vector<secagg::SiteHead> load_peer_heads(const std::filesystem::path& file);

bool is_approved(const config::SitePolicy& policy, const Digest& config_hash);
void approve(const config::SitePolicy& policy, const Digest& config_hash);

}  // namespace fedloom::site
