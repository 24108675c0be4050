#pragma once
// How many sites a secure sum needs, whom it withstands, and whose noise it counts on.
//
//   n  sites of the roster          c  sites that may collude with the coordinator (at least 1: every site sees the
//   u  sites that may drop out         totals and knows its own noise)
//
//   T = n − u       what it takes to open a sum: shares of a secret, signatures under a list of survivors, members of
//                   every list. A lower one would open a sum with too little noise in it.
//   m = n − c − u   sites whose noise is counted on, whoever turns up.
//
// A curious coordinator needs c < T; a lying one also 2T > n + c, so that no two lists of survivors both find T
// signatures (Bonawitz et al. 2017, section 6.2: each honest site signs one list only).

#include <cstdint>
#include <optional>
#include <string>

namespace fedloom {

/// What the coordinator is assumed to do: look at all that passes, or also send what it likes.
enum class Coordinator : std::uint8_t { curious, malicious };
const char* name_of(Coordinator coordinator) noexcept;

struct Quorum {
  std::uint32_t sites = 0;
  std::uint32_t colluding = 1;
  std::uint32_t dropouts = 0;
  Coordinator coordinator = Coordinator::curious;

  /// T. Only for a possible quorum.
  std::uint32_t threshold() const noexcept { return sites - dropouts; }
  /// m. Only for a possible quorum.
  std::uint32_t contributors() const noexcept { return sites - colluding - dropouts; }
  /// False: pairwise masks only, all or nothing.
  bool recovers() const noexcept { return dropouts > 0; }
  bool operator==(const Quorum&) const = default;
};

bool is_possible(const Quorum& quorum) noexcept;
/// The largest u for the other three; none when not even 0 is possible.
std::optional<std::uint32_t> most_dropouts(const Quorum& quorum) noexcept;
/// Why it is impossible and which values would work, as one sentence without its end; empty when it is possible.
std::string fault_of(const Quorum& quorum);

}  // namespace fedloom
