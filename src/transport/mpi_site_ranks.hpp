#pragma once
// The ranks of one site.

#include "fedloom/boundary/site_internal_sum.hpp"
#include "mpi_party.hpp"

namespace fedloom::transport {

class MpiSiteRanks final : public boundary::SiteInternalWire {
 public:
  /// As MpiParty.
  MpiSiteRanks(MPI_Comm site, unsigned rank, std::span<const ProcessName> processes);
  unsigned rank() const override { return party_.rank(); }
  unsigned size() const override { return party_.size(); }
  void send_inside_this_site(unsigned to, Bytes bytes) override { party_.send(to, std::move(bytes)); }
  std::optional<Arrival> receive(Instant deadline) override;
  void give_up() noexcept override { party_.give_up(); }
  MpiParty& party() { return party_; }

 private:
  MpiParty party_;
};

}  // namespace fedloom::transport
