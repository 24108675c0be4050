#include "fedloom/privacy/event_json.hpp"

#include <algorithm>
#include <stdexcept>

#include "event_values.hpp"

namespace fedloom::privacy {
namespace {
using nlohmann::json;

constexpr std::size_t kWrittenOnceFrom = 4096;
constexpr std::size_t kMostEvents = 2'000'000;  // beyond all that a plan asks for

struct EventJson {
  json operator()(const GaussianEvent& e) const {
    return {{"kind", "gaussian"},
            {"sensitivity_squared", e.sensitivity.squared},
            {"variance_num", e.site_noise.variance_num},
            {"variance_shift", e.site_noise.variance_shift},
            {"grid_bits", e.site_noise.grid_bits},
            {"contributors", e.contributors},
            {"dimension", e.dimension}};
  }
  json operator()(const ExponentialEvent& e) const {
    return {{"kind", "exponential"},
            {"epsilon_num", e.epsilon_num},
            {"epsilon_shift", e.epsilon_shift},
            {"candidates", e.candidates}};
  }
  json operator()(const CuratorEvent& e) const {
    return {{"kind", "curator"}, {"rho_num", e.rho_num}, {"rho_shift", e.rho_shift}};
  }
  json operator()(const OpenedEvent& e) const {
    return {{"kind", "opened"},
            {"attributes", std::vector<std::uint32_t>(e.attributes.begin(), e.attributes.begin() + e.degree)}};
  }
};

OpenedEvent parse_opened(const json& e) {
  const auto attributes = e.at("attributes").get<std::vector<std::uint32_t>>();
  OpenedEvent event{.degree = static_cast<std::uint8_t>(attributes.size())};
  if (attributes.size() > OpenedEvent::most) throw std::invalid_argument("a marginal of too many attributes");
  std::ranges::copy(attributes, event.attributes.begin());
  return event;
}

Event parse_event(const json& e) {
  if (e.at("kind") == "gaussian") {
    GaussianEvent event{.sensitivity = {e.at("sensitivity_squared").get<std::uint64_t>()},
                        .site_noise = {.variance_num = e.at("variance_num").get<std::uint64_t>(),
                                       .variance_shift = e.at("variance_shift").get<std::uint8_t>(),
                                       .grid_bits = e.at("grid_bits").get<std::uint8_t>()},
                        .contributors = e.at("contributors").get<std::uint32_t>(),
                        .dimension = e.at("dimension").get<std::uint64_t>()};
    if (event.contributors == 0 || event.site_noise.variance_num == 0) throw std::invalid_argument("no noise");
    return event;
  }
  if (e.at("kind") == "curator") {
    return CuratorEvent{.rho_num = e.at("rho_num").get<std::uint64_t>(),
                        .rho_shift = e.at("rho_shift").get<std::uint8_t>()};
  }
  if (e.at("kind") == "opened") return parse_opened(e);
  if (e.at("kind") != "exponential") throw std::invalid_argument("unknown mechanism");
  return ExponentialEvent{.epsilon_num = e.at("epsilon_num").get<std::uint64_t>(),
                          .epsilon_shift = e.at("epsilon_shift").get<std::uint8_t>(),
                          .candidates = e.at("candidates").get<std::uint64_t>()};
}

}  // namespace

// Equal neighbours stand there once where they are very many, as in the sketch of a wide table. Fewer are written out,
// as they have been since the first ledger: an entry has one text.
json events_value(const std::vector<Event>& events) {
  json list = json::array();
  for (std::size_t first = 0, end = 0; first < events.size(); first = end) {
    while (end < events.size() && events[end] == events[first]) ++end;
    const json value = std::visit(EventJson{}, events[first]);
    if (end - first < kWrittenOnceFrom) {
      list.insert(list.end(), end - first, value);
    } else {
      list.push_back(value);
      list.back()["times"] = end - first;
    }
  }
  return list;
}

std::vector<Event> parse_events(const json& list) {
  if (!list.is_array()) throw std::invalid_argument("not a list of mechanisms");
  std::vector<Event> events;
  for (const json& event : list) {
    const std::uint64_t times = event.contains("times") ? event.at("times").get<std::uint64_t>() : 1;
    if (times == 0 || times > kMostEvents - std::min(events.size(), kMostEvents)) {
      throw std::invalid_argument("more than 2000000 mechanisms");
    }
    events.insert(events.end(), times, parse_event(event));
  }
  return events;
}

std::string events_to_json(const std::vector<Event>& events) { return events_value(events).dump(); }

std::vector<Event> events_from_json(std::string_view text) {
  try {
    return parse_events(json::parse(text));
  } catch (const json::exception& error) {
    throw std::invalid_argument(error.what());
  }
}

}  // namespace fedloom::privacy
