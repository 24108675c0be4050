#pragma once
// The run's public ledger: what every site alike was asked to spend. The coordinator keeps it; each site checks it
// against its own books before it acknowledges the end of a run.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "fedloom/base/bytes.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/privacy/curve.hpp"

namespace fedloom::privacy {

/// One line of the public ledger.
struct PublicSpend {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  std::string kind;  ///< "spend" | "lost" (paid, but its total never arrived) | "reuse" (free) | "handed" (exact
                     ///< totals for a trusted curator: what it released of them stands in lines of its own)
  std::string stage;
  std::vector<Event> events;
  bool operator==(const PublicSpend&) const = default;
};

/// Limits of a list in a file or a message: lines, events of a line, bytes of a stage.
inline constexpr std::size_t max_public_spends = 10'000;
inline constexpr std::size_t max_public_events = 1'000'000;
inline constexpr std::size_t max_public_stage = 64;

/// What is wrong with a list that came from a file or a message, as the end of "the public ledger …": an unknown
/// kind, too much of something, an event that no site of a run could have booked. Empty when nothing is.
std::string fault_of(const std::vector<PublicSpend>& spends);

/// A line of this kind adds nothing to what the run has released: "reuse", "handed".
bool is_free(std::string_view kind) noexcept;

/// Σ ρ of what was paid, rounded up; free lines cost nothing. The list must be without fault.
Rho cost_of(const std::vector<PublicSpend>& spends);

/// One list has one encoding. The list must be without fault.
void write(ByteWriter& out, const std::vector<PublicSpend>& spends);
/// Fails the reader on anything that write does not give.
std::vector<PublicSpend> read_public_spends(ByteReader& in);

/// SHA-256 of the encoded list: what the sites' last signatures cover.
Digest public_ledger_hash(const std::vector<PublicSpend>& spends);

}  // namespace fedloom::privacy
