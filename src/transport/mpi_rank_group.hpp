#pragma once
// The ranks of the coordinator.

#include <deque>

#include "fedloom/base/rank_group.hpp"
#include "mpi_party.hpp"

namespace fedloom::transport {

/// Over messages to and from the first rank, not MPI's own collectives: those would wait for ever for a rank that is
/// dead, spin while they wait, and need not give all ranks the same bits.
class MpiRankGroup final : public RankGroup {
 public:
  /// As MpiParty.
  MpiRankGroup(MPI_Comm ranks, unsigned rank, std::span<const ProcessName> processes);
  unsigned rank() const noexcept override { return party_.rank(); }
  unsigned size() const noexcept override { return party_.size(); }
  /// The first rank adds up, in the order of the ranks, and sends the result out.
  void sum(std::span<float> values) override;
  void broadcast(Bytes& message) override;
  void check() override { party_.check(); }
  std::vector<Bytes> gather(Bytes own) override;
  MpiParty& party() { return party_; }

 private:
  Bytes take_from(unsigned rank, Instant deadline, const MpiParty::Pace& pace);
  Bytes take_values(unsigned rank, std::size_t bytes);
  void send_to_others(const Bytes& message);

  MpiParty party_;
  std::vector<std::deque<Bytes>> early_;  ///< by rank: come while another's was waited for
};

}  // namespace fedloom::transport
