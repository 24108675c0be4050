#pragma once
// The ranks of one site over a communicator that only they are in.

#include "fedloom/boundary/site_internal_sum.hpp"
#include "mpi_traffic.hpp"

namespace fedloom::transport {

class MpiSiteRanks final : public boundary::SiteInternalWire {
 public:
  /// `processes`: of this site's ranks, in their order. A loss is found by watching them, however mpirun was started.
  MpiSiteRanks(MPI_Comm site, unsigned rank, std::span<const ProcessName> processes);
  unsigned rank() const override { return rank_; }
  unsigned size() const override { return size_; }
  void send_inside_this_site(unsigned to, Bytes bytes) override;
  std::optional<Arrival> receive(Instant deadline) override;
  void give_up() noexcept override;
  /// Throws EnvironmentError when one of the ranks that this one has to do with is lost. Does not wait.
  void check();
  /// Waits a little for what was sent last; with `farewell` tells the others that this rank leaves in order.
  void leave(bool farewell) noexcept;
  /// All that was sent has left, and nobody was lost.
  bool is_clean() const { return traffic_.empty() && !traffic_.any_lost(); }

 private:
  [[noreturn]] void report_loss(Endpoint rank) const;
  unsigned rank_, size_;
  MpiTraffic traffic_;
};

}  // namespace fedloom::transport
