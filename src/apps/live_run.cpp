#include "live_run.hpp"

#include <algorithm>
#include <array>

#include "fedloom/privacy/secure_random.hpp"

namespace fedloom::apps {
namespace {

std::string fresh_token() {
  std::array<std::uint8_t, 16> random{};
  privacy::SecureRandom().fill(random);
  return to_hex(ByteView(random));
}

}  // namespace

LiveRun::LiveRun(const config::Experiment& experiment, std::uint16_t port) : server_(port, fresh_token()) {
  facts_.experiment = experiment.name;
  facts_.trust = config::name_of(experiment.privacy.trust);
  facts_.epsilon = experiment.privacy.epsilon.value;
  facts_.delta = experiment.privacy.delta.value;
  facts_.started = monotonic_now();
  if (!experiment.roster) return;
  for (const auto& member : experiment.roster->members()) facts_.sites.push_back({.name = member.id.name});
}

void LiveRun::start(const std::string& run_id) {
  facts_.run_id = run_id;
  facts_.note = facts_.sites.empty() ? "" : "waiting for the sites to join";
  show();
}

void LiveRun::joined() {
  facts_.note.clear();
  all_seen();
  show();
}

void LiveRun::round(const coordinator::RoundRecord& record, double epsilon_spent, double seconds) {
  facts_.rounds_planned = std::max(record.rounds_planned, record.round);
  facts_.rounds.push_back({.round = record.round,
                           .stage = record.stage,
                           .cells = record.cells,
                           .epsilon_spent = epsilon_spent,
                           .chi2_per_cell = record.chi2_per_cell,
                           .seconds = seconds});
  facts_.note.clear();
  // With fewer shares than sites it is not known here which were there.
  if (record.shares == facts_.sites.size()) all_seen();
  show();
}

void LiveRun::waiting(const std::vector<SiteId>& sites) {
  for (auto& site : facts_.sites) {
    site.awaited =
        std::any_of(sites.begin(), sites.end(), [&](const SiteId& awaited) { return awaited.name == site.name; });
    if (!site.awaited) site.last_seen = monotonic_now();
  }
  show();
}

void LiveRun::note(const std::string& text) {
  facts_.note = text;
  show();
}

void LiveRun::all_seen() {
  for (auto& site : facts_.sites) {
    site.last_seen = monotonic_now();
    site.awaited = false;
  }
}

}  // namespace fedloom::apps
