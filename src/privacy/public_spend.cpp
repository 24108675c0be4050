#include "fedloom/privacy/public_spend.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "fedloom/base/check.hpp"
#include "rounding.hpp"

namespace fedloom::privacy {
namespace {

/// Position is the kind on the wire.
constexpr std::array<std::string_view, 4> kinds{"spend", "lost", "reuse", "handed"};
/// Of a plan's noise, and of a roster: beyond them a cost would take long to work out or not be a number.
constexpr std::uint8_t max_grid_bits = 24;
constexpr std::uint8_t max_variance_shift = 48;
constexpr std::uint32_t max_contributors = 100;
constexpr std::uint8_t max_epsilon_shift = 64;
constexpr std::uint8_t max_rho_shift = 128;

bool is_bookable(const GaussianEvent& event) {
  return event.contributors >= 1 && event.contributors <= max_contributors && event.site_noise.variance_num > 0 &&
         event.site_noise.variance_shift <= max_variance_shift && event.site_noise.grid_bits <= max_grid_bits;
}
bool is_bookable(const ExponentialEvent& event) { return event.epsilon_shift <= max_epsilon_shift; }
bool is_bookable(const CuratorEvent& event) { return event.rho_shift <= max_rho_shift; }
bool is_bookable(const OpenedEvent& event) {
  if (event.degree > OpenedEvent::most) return false;
  const auto used = std::span(event.attributes).first(event.degree);
  const auto rest = std::span(event.attributes).subspan(event.degree);
  return std::ranges::adjacent_find(used, std::greater_equal<>()) == used.end() &&
         std::ranges::all_of(rest, [](std::uint32_t attribute) { return attribute == 0; });
}

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
  void operator()(const CuratorEvent& event) const {
    out.u64(event.rho_num);
    out.u8(event.rho_shift);
  }
  void operator()(const OpenedEvent& event) const {
    out.u8(event.degree);
    for (std::size_t k = 0; k < event.degree; ++k) out.u32(event.attributes[k]);
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

CuratorEvent read_curator(ByteReader& in) {
  CuratorEvent event;
  event.rho_num = in.u64();
  event.rho_shift = in.u8();
  return event;
}

OpenedEvent read_opened(ByteReader& in) {
  OpenedEvent event{.degree = in.u8()};
  if (event.degree > OpenedEvent::most) in.fail();
  for (std::size_t k = 0; k < event.degree && in.ok(); ++k) event.attributes[k] = in.u32();
  return event;
}

Event read_event(ByteReader& in) {
  switch (in.u8()) {
    case 0:
      return read_gaussian(in);
    case 1:
      return read_exponential(in);
    case 2:
      return read_curator(in);
    case 3:
      return read_opened(in);
    default:
      in.fail();
      return GaussianEvent{};
  }
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

bool is_released(const std::vector<Event>& events) {
  return std::ranges::none_of(events, [](const Event& event) {
    return std::holds_alternative<CuratorEvent>(event) || std::holds_alternative<OpenedEvent>(event);
  });
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
    const bool matches = spend.kind == "handed" ? is_handover(spend.events) : is_released(spend.events);
    if (!matches) return entry + "whose events are not of its kind";
  }
  return {};
}

bool is_free(std::string_view kind) noexcept { return kind == "reuse" || kind == "handed"; }

Rho cost_of(const std::vector<PublicSpend>& spends) {
  Rho cost;
  for (const PublicSpend& spend : spends) {
    if (is_free(spend.kind)) continue;
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
