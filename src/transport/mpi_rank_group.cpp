#include "mpi_rank_group.hpp"

#include <cstring>

#include "fedloom/base/error.hpp"

namespace fedloom::transport {
namespace {

/// In the middle of a fit the others are some milliseconds away.
constexpr MpiParty::Pace busy{.awake = std::chrono::microseconds(2000),
                              .longest_sleep = std::chrono::microseconds(200)};
/// Between two fits the sites are waited for.
constexpr MpiParty::Pace idle{};
/// A rank of this machine that dies is known at once; one of another machine, from its silence. It may be at the
/// slowest step of a wide fit, or have the first rank write outputs before it asks again.
constexpr Millis longest_step{600000};
constexpr Millis longest_idle{Millis(24) * 3600000};

/// One message is one sum of a step, or a generator.
constexpr std::size_t max_message = std::size_t{1} << 30;
constexpr Limits limits{.message = max_message,
                        .outgoing = max_message,
                        .incoming = max_message,
                        .incoming_while_sending = max_message,
                        .send_limit = longest_step};

}  // namespace

MpiRankGroup::MpiRankGroup(MPI_Comm ranks, unsigned rank, std::span<const ProcessName> processes)
    : party_("the coordinator", ranks, rank, processes, limits), early_(processes.size()) {}

Bytes MpiRankGroup::take_from(unsigned rank, Instant deadline, const MpiParty::Pace& pace) {
  auto& early = early_[rank];
  while (early.empty()) {
    auto arrival = party_.receive(deadline, pace);
    if (!arrival) party_.report_loss(rank);
    early_[arrival->from].push_back(std::move(arrival->bytes));
  }
  Bytes bytes = std::move(early.front());
  early.pop_front();
  return bytes;
}

Bytes MpiRankGroup::take_values(unsigned rank, std::size_t bytes) {
  Bytes values = take_from(rank, monotonic_now() + longest_step, busy);
  if (values.size() == bytes) return values;
  throw EnvironmentError(
      "part " + std::to_string(rank + 1) + " of the coordinator",
      "sent " + std::to_string(values.size()) + " bytes where " + std::to_string(bytes) + " were to be added",
      "start all parts from one build of fedloom-coordinator");
}

void MpiRankGroup::send_to_others(const Bytes& message) {
  for (unsigned to = 1; to < size(); ++to) party_.send(to, message);
  // They move only while this rank asks for it, and it computes next.
  party_.wait_until_taken(monotonic_now() + longest_step, busy);
}

void MpiRankGroup::sum(std::span<float> values) {
  if (values.empty() || size() == 1) return;
  Bytes bytes(values.size_bytes());
  if (rank() != 0) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
    party_.send(0, std::move(bytes));
    bytes = take_values(0, values.size_bytes());
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return;
  }
  std::vector<float> part(values.size());
  for (unsigned from = 1; from < size(); ++from) {
    bytes = take_values(from, values.size_bytes());
    std::memcpy(part.data(), bytes.data(), bytes.size());
    for (std::size_t k = 0; k < part.size(); ++k) values[k] += part[k];
  }
  std::memcpy(bytes.data(), values.data(), bytes.size());
  send_to_others(bytes);
}

void MpiRankGroup::broadcast(Bytes& message) {
  if (size() == 1) return;
  // An empty message says that a rank gives up: one byte goes along.
  if (rank() == 0) {
    message.push_back(0);
    send_to_others(message);
  } else {
    message = take_from(0, monotonic_now() + longest_idle, idle);
  }
  message.pop_back();
}

std::vector<Bytes> MpiRankGroup::gather(Bytes own) {
  if (rank() != 0) {
    own.push_back(0);
    party_.send(0, std::move(own));
    party_.wait_until_taken(monotonic_now() + longest_step, busy);
    return {};
  }
  std::vector<Bytes> all{std::move(own)};
  for (unsigned from = 1; from < size(); ++from) {
    all.push_back(take_from(from, monotonic_now() + longest_step, busy));
    all.back().pop_back();
  }
  return all;
}

}  // namespace fedloom::transport
