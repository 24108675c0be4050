#include <chrono>

#include "fedloom/base/html.hpp"
#include "page.hpp"

namespace fedloom::live {
namespace {

/// In quotes of a label's value.
std::string label(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string number(double value) { return html::number(value, 9); }

std::string gauge(const std::string& name, const std::string& help, const std::string& samples) {
  return "# HELP fedloom_" + name + " " + help + "\n# TYPE fedloom_" + name + " gauge\n" + samples;
}

std::string one(const std::string& name, const std::string& help, double value) {
  return gauge(name, help, "fedloom_" + name + " " + number(value) + "\n");
}

double seconds_between(Instant from, Instant to) { return std::chrono::duration<double>(to - from).count(); }

}  // namespace

std::optional<double> seconds_left(const RunFacts& facts, Instant now) {
  if (facts.rounds.empty() || facts.rounds.back().round >= facts.rounds_planned) return std::nullopt;
  const auto done = facts.rounds.back().round;
  return seconds_between(facts.started, now) / done * (facts.rounds_planned - done);
}

std::string metrics_of(const RunFacts& facts, Instant now) {
  std::string text = gauge("run_info", "The run that this process conducts.",
                           "fedloom_run_info{run=\"" + label(facts.run_id) + "\",experiment=\"" +
                               label(facts.experiment) + "\",trust=\"" + label(facts.trust) + "\"} 1\n");
  text += one("epsilon_budget", "Epsilon that the run may spend.", facts.epsilon);
  text += one("epsilon_spent", "Epsilon that the run has spent, at its delta.",
              facts.rounds.empty() ? 0 : facts.rounds.back().epsilon_spent);
  text += one("rounds_done", "Rounds that are done.", facts.rounds.empty() ? 0 : facts.rounds.back().round);
  text += one("rounds_planned", "Rounds that the run is likely to have.", facts.rounds_planned);
  text += one("seconds", "Seconds since the run began.", seconds_between(facts.started, now));
  if (const auto left = seconds_left(facts, now)) text += one("seconds_left", "Seconds that are likely left.", *left);
  if (!facts.rounds.empty()) {
    const auto& last = facts.rounds.back();
    text += one("round_cells", "Noisy numbers of the last round.", static_cast<double>(last.cells));
    text += one("round_seconds", "Seconds of the last round.", last.seconds);
    if (last.chi2_per_cell > 0)
      text += one("fit_chi2_per_cell", "Misfit of the model in units of the noise.", last.chi2_per_cell);
  }
  std::string seen, awaited;
  for (const auto& site : facts.sites) {
    const auto name = "{site=\"" + label(site.name) + "\"} ";
    if (site.last_seen)
      seen += "fedloom_site_seconds_since_seen" + name + number(seconds_between(*site.last_seen, now)) + "\n";
    awaited += "fedloom_site_awaited" + name + (site.awaited ? "1\n" : "0\n");
  }
  if (!seen.empty()) text += gauge("site_seconds_since_seen", "Seconds since a message of the site came.", seen);
  if (!awaited.empty()) text += gauge("site_awaited", "1 while the coordinator waits for the site.", awaited);
  return text;
}

}  // namespace fedloom::live
