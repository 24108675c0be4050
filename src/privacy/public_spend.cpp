#include "fedloom/privacy/public_spend.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "fedloom/base/check.hpp"
#include "rounding.hpp"

namespace fedloom::privacy {
namespace {

/// Position is the kind on the wire.
constexpr std::array<std::string_view, 3> kinds{"spend", "lost", "reuse"};
/// Of a plan's noise, and of a roster: beyond them a cost would take long to work out or not be a number.
constexpr std::uint8_t max_grid_bits = 24;
constexpr std::uint8_t max_variance_shift = 48;
constexpr std::uint32_t max_contributors = 100;
constexpr std::uint8_t max_epsilon_shift = 64;

bool is_bookable(const GaussianEvent& event) {
  return event.contributors >= 1 && event.contributors <= max_contributors && event.site_noise.variance_num > 0 &&
         event.site_noise.variance_shift <= max_variance_shift && event.site_noise.grid_bits <= max_grid_bits;
}
bool is_bookable(const ExponentialEvent& event) { return event.epsilon_shift <= max_epsilon_shift; }

struct EventWriter {
  ByteWriter& out;
  void operator()(const GaussianEvent& event) const {
    out.u64(event.sensitivity.squared);
    out.u64(event.site_noise.variance_num);
    out.u8(event.site_noise.variance_shift);
    out.u8(event.site_noise.grid_bits);
    out.u32(event.contributors);
    out.u64(event.dimension);
  }
  void operator()(const ExponentialEvent& event) const {
    out.u64(event.epsilon_num);
    out.u8(event.epsilon_shift);
    out.u64(event.candidates);
  }
};

GaussianEvent read_gaussian(ByteReader& in) {
  GaussianEvent event;
  event.sensitivity.squared = in.u64();
  event.site_noise.variance_num = in.u64();
  event.site_noise.variance_shift = in.u8();
  event.site_noise.grid_bits = in.u8();
  event.contributors = in.u32();
  event.dimension = in.u64();
  return event;
}

ExponentialEvent read_exponential(ByteReader& in) {
  ExponentialEvent event;
  event.epsilon_num = in.u64();
  event.epsilon_shift = in.u8();
  event.candidates = in.u64();
  return event;
}

Event read_event(ByteReader& in) {
  const std::uint8_t mechanism = in.u8();
  if (mechanism == 0) return read_gaussian(in);
  if (mechanism != 1) in.fail();
  return read_exponential(in);
}

PublicSpend read_spend(ByteReader& in) {
  PublicSpend spend;
  spend.round = in.u32();
  spend.attempt = in.u32();
  const std::uint8_t kind = in.u8();
  if (kind < kinds.size()) {
    spend.kind = kinds[kind];
  } else {
    in.fail();
  }
  spend.stage = in.text(max_public_stage);
  const std::uint32_t events = in.u32();
  if (events > max_public_events) in.fail();
  // Grown event by event: the count is not trusted with memory.
  for (std::uint32_t k = 0; k < events && in.ok(); ++k) spend.events.push_back(read_event(in));
  return spend;
}

}  // namespace

std::string fault_of(const std::vector<PublicSpend>& spends) {
  if (spends.size() > max_public_spends) return "has more than 10000 entries";
  for (std::size_t i = 0; i < spends.size(); ++i) {
    const PublicSpend& spend = spends[i];
    const std::string entry = "has an entry (number " + std::to_string(i + 1) + ") ";
    if (std::ranges::find(kinds, spend.kind) == kinds.end()) return entry + "of an unknown kind";
    if (spend.stage.size() > max_public_stage) return entry + "whose stage is longer than 64 bytes";
    if (spend.events.size() > max_public_events) return entry + "of more than 1000000 events";
    const bool bookable = std::ranges::all_of(spend.events, [](const Event& event) {
      return std::visit([](const auto& e) { return is_bookable(e); }, event);
    });
    if (!bookable) return entry + "with an event that no site could have booked";
  }
  return {};
}

Rho cost_of(const std::vector<PublicSpend>& spends) {
  Rho cost;
  for (const PublicSpend& spend : spends) {
    if (spend.kind == "reuse") continue;
    for (const Event& event : spend.events) cost.value = add_up(cost.value, rho(event).value);
  }
  return cost;
}

void write(ByteWriter& out, const std::vector<PublicSpend>& spends) {
  FEDLOOM_CHECK(fault_of(spends).empty());
  out.u32(static_cast<std::uint32_t>(spends.size()));
  for (const PublicSpend& spend : spends) {
    out.u32(spend.round);
    out.u32(spend.attempt);
    out.u8(static_cast<std::uint8_t>(std::ranges::find(kinds, spend.kind) - kinds.begin()));
    out.text(spend.stage);
    out.u32(static_cast<std::uint32_t>(spend.events.size()));
    for (const Event& event : spend.events) {
      out.u8(static_cast<std::uint8_t>(event.index()));
      std::visit(EventWriter{out}, event);
    }
  }
}

std::vector<PublicSpend> read_public_spends(ByteReader& in) {
  const std::uint32_t count = in.u32();
  if (count > max_public_spends) in.fail();
  std::vector<PublicSpend> spends;
  for (std::uint32_t k = 0; k < count && in.ok(); ++k) spends.push_back(read_spend(in));
  if (in.ok() && !fault_of(spends).empty()) in.fail();
  return in.ok() ? spends : std::vector<PublicSpend>{};
}

Digest public_ledger_hash(const std::vector<PublicSpend>& spends) {
  ByteWriter out;
  out.text("fedloom public ledger 1");
  write(out, spends);
  return sha256(out.bytes());
}

}  // namespace fedloom::privacy
