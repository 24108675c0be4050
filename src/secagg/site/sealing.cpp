#include <bit>

#include "states.hpp"

namespace fedloom::secagg::site {

Next Sealing::on_stored(Conversation& talk) {
  // After 1, 2, 4, 8, … ticks: how long counting took, which grows with the table, shows in powers of two only.
  const Millis tick = talk.setup().tick;
  const auto needed = static_cast<std::uint64_t>((talk.now() - arrived_ + tick - Millis(1)) / tick);
  talk.wake_at(arrived_ + static_cast<Millis::rep>(std::bit_ceil(needed)) * tick);
  return std::make_unique<Waiting>(std::move(session_), std::move(round_));
}

}  // namespace fedloom::secagg::site
