#include "page.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "fedloom/base/html.hpp"

namespace fedloom::live {
namespace {

using html::coordinate, html::escape, html::grouped, html::number;

constexpr std::size_t most_rounds = 12;  ///< of the table; the pictures show all

constexpr const char* style = R"css(
:root { color-scheme: light dark; --paper: #fff; --panel: #f5f7f9; --ink: #1c2430; --soft: #5b6675; --rule: #d9dfe6;
  --accent: #00629b; --s0: #00629b; --s1: #b34700; --s2: #00785a; --s3: #8f4a78; --s4: #6b5f00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181e; --panel: #1c222b; --ink: #e6eaf0; --soft: #a3afbd;
  --rule: #333d4a; --accent: #7cc4f5; --s0: #7cc4f5; --s1: #ffb45e; --s2: #4fd0a7; --s3: #e7a3cd; --s4: #f0e442; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem 1rem 3rem; }
h1 { font-size: 1.4rem; margin: .1rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p { margin: .3rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .9rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .7rem; padding: 0;
  margin: 1rem 0; list-style: none; }
.figures li { background: var(--panel); border-radius: .5rem; padding: .6rem .8rem; }
.figures b { display: block; font-size: 1.2rem; font-variant-numeric: tabular-nums; }
.figures span { color: var(--soft); font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--rule); font-weight: normal; }
th { color: var(--soft); } td.n, th.n { text-align: right; } td.n { white-space: nowrap; }
.scroll { overflow-x: auto; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin: 0 .35em 0 .9em; }
svg { display: block; width: 100%; } svg text { font-size: 11px; fill: var(--soft); }
.left-over { fill: var(--rule); background: var(--rule); }
.stage0 { fill: var(--s0); background: var(--s0); } .stage1 { fill: var(--s1); background: var(--s1); }
.stage2 { fill: var(--s2); background: var(--s2); } .stage3 { fill: var(--s3); background: var(--s3); }
.stage4 { fill: var(--s4); background: var(--s4); }
.grid { stroke: var(--rule); } .noise { stroke: var(--soft); stroke-dasharray: 5 4; } .point { fill: var(--accent); }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; }
)css";

std::string duration(double seconds) {
  if (seconds < 90) return number(std::round(seconds), 3) + " s";
  if (seconds < 5400) return number(std::round(seconds / 60), 3) + " min";
  return number(seconds / 3600, 3) + " h";
}

double seconds_between(Instant from, Instant to) { return std::chrono::duration<double>(to - from).count(); }

std::string figure(const std::string& value, const std::string& what) {
  return "<li><b>" + value + "</b><span>" + what + "</span></li>\n";
}

std::string figures(const RunFacts& facts, Instant now) {
  const bool any = !facts.rounds.empty();
  const double spent = any ? facts.rounds.back().epsilon_spent : 0;
  std::string items = figure((any ? std::to_string(facts.rounds.back().round) : std::string("0")) + " of " +
                                 (facts.rounds_planned > 0 ? "about " + std::to_string(facts.rounds_planned) : "?"),
                             "rounds");
  items += figure(number(spent, 3) + " of " + number(facts.epsilon, 3), "ε spent, at δ = " + number(facts.delta, 2));
  if (any && facts.rounds.back().seconds > 0) {
    items += figure(grouped(static_cast<double>(facts.rounds.back().cells) / facts.rounds.back().seconds),
                    "noisy numbers a second");
  }
  items += figure(duration(seconds_between(facts.started, now)), "so far");
  if (const auto left = seconds_left(facts, now)) items += figure("about " + duration(*left), "left");
  return "<ul class=\"figures\">\n" + items + "</ul>\n";
}

struct Stage {
  std::string name;
  double epsilon = 0;
};

/// ε does not add up: what a stage is shown with is by how much it rose while the stage went on.
std::vector<Stage> stages_of(const RunFacts& facts) {
  std::vector<Stage> stages;
  double before = 0;
  for (const auto& round : facts.rounds) {
    auto found = std::find_if(stages.begin(), stages.end(), [&](const auto& s) { return s.name == round.stage; });
    const double rise = std::max(round.epsilon_spent - before, 0.0);
    before = std::max(round.epsilon_spent, before);
    if (rise == 0) continue;
    if (found == stages.end()) found = stages.insert(found, Stage{round.stage, 0});
    found->epsilon += rise;
  }
  return stages;
}

std::string epsilon_bar(const RunFacts& facts) {
  const auto stages = stages_of(facts);
  std::string bars, keys, words;
  double from = 0;
  for (std::size_t k = 0; k < stages.size(); ++k) {
    const double part = std::clamp(stages[k].epsilon / facts.epsilon, 0.0, 1.0 - from);
    const auto colour = "stage" + std::to_string(k % 5);
    bars += "<rect class=\"" + colour + "\" x=\"" + coordinate(from * 100) + "%\" width=\"" + coordinate(part * 100) +
            "%\" height=\"26\"/>";
    const auto name = escape(stages[k].name) + " " + number(stages[k].epsilon, 3);
    keys += "<span class=\"key " + colour + "\"></span>" + name;
    words += name + ". ";
    from += part;
  }
  return "<h2>ε by stage</h2>\n<svg role=\"img\" height=\"26\" aria-label=\"Of epsilon " + number(facts.epsilon, 3) +
         " spent: " + (words.empty() ? "nothing yet" : words) +
         "\"><rect class=\"left-over\" width=\"100%\" height=\"26\"/>" + bars + "</svg>\n<p class=\"soft\">" + keys +
         "<span class=\"key left-over\"></span>not spent. By how much ε rose in a stage; in another order the parts "
         "would differ.</p>\n";
}

std::string fit_curve(const RunFacts& facts) {
  std::vector<const RoundFacts*> fits;
  double low = 1, high = 1;
  for (const auto& round : facts.rounds) {
    if (!(round.chi2_per_cell > 0) || !std::isfinite(round.chi2_per_cell)) continue;
    fits.push_back(&round);
    low = std::min(low, round.chi2_per_cell);
    high = std::max(high, round.chi2_per_cell);
  }
  if (fits.size() < 2) return "";
  low /= 1.1, high *= 1.1;
  const auto y = [&](double value) { return 12 + 120 * std::log(high / value) / std::log(high / low); };
  const auto x = [&](std::size_t k) { return 10 + 87 * static_cast<double>(k) / static_cast<double>(fits.size() - 1); };
  std::string line, points;
  for (std::size_t k = 0; k < fits.size(); ++k) {
    line += coordinate(x(k)) + "," + coordinate(y(fits[k]->chi2_per_cell)) + " ";
    points += "<circle class=\"point\" r=\"3\" cx=\"" + coordinate(x(k)) + "%\" cy=\"" +
              coordinate(y(fits[k]->chi2_per_cell)) + "\"/>";
  }
  std::string axis;
  for (const double tick : {low * 1.1, 1.0, high / 1.1}) {
    axis += "<line class=\"" + std::string(tick == 1.0 ? "noise" : "grid") + "\" x1=\"10%\" x2=\"97%\" y1=\"" +
            coordinate(y(tick)) + "\" y2=\"" + coordinate(y(tick)) + "\"/>";
    if (tick == 1.0 || std::abs(y(tick) - y(1.0)) > 14)
      axis += "<text text-anchor=\"end\" x=\"9%\" y=\"" + coordinate(y(tick) + 4) + "\">" + number(tick, 3) + "</text>";
  }
  return "<h2>Fit</h2>\n<svg role=\"img\" height=\"160\" aria-label=\"Chi-square per cell of the model after each "
         "round, now " +
         number(fits.back()->chi2_per_cell, 3) + "; 1 is the level of the noise.\">" + axis +
         "<svg width=\"100%\" height=\"160\" viewBox=\"0 0 100 160\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
         "<polyline class=\"curve\" vector-effect=\"non-scaling-stroke\" points=\"" +
         line + "\"/></svg>" + points + "<text text-anchor=\"middle\" x=\"10%\" y=\"152\">round " +
         std::to_string(fits.front()->round) + "</text><text text-anchor=\"end\" x=\"97%\" y=\"152\">" +
         std::to_string(fits.back()->round) +
         "</text></svg>\n<p class=\"soft\">χ² per cell of pairs and triples, on a logarithmic scale; 1 is the level of "
         "the noise.</p>\n";
}

std::string sites(const RunFacts& facts, Instant now) {
  if (facts.sites.empty()) return "";
  std::string rows;
  for (const auto& site : facts.sites) {
    rows += "<tr><td>" + escape(site.name) + "</td><td>" +
            (site.last_seen ? duration(seconds_between(*site.last_seen, now)) + " ago" : "not yet") + "</td><td>" +
            (site.awaited ? "waiting for it" : "") + "</td></tr>\n";
  }
  return "<h2>Sites</h2>\n<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Site</th><th scope=\"col\">Last "
         "seen</th><th scope=\"col\"><span class=\"soft\">State</span></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string rounds(const RunFacts& facts) {
  if (facts.rounds.empty()) return "";
  std::string rows;
  const auto count = std::min(facts.rounds.size(), most_rounds);
  for (auto round = facts.rounds.rbegin(); round != facts.rounds.rbegin() + static_cast<std::ptrdiff_t>(count);
       ++round) {
    rows += "<tr><td class=\"n\">" + std::to_string(round->round) + "</td><td>" + escape(round->stage) +
            "</td><td class=\"n\">" + grouped(static_cast<double>(round->cells)) + "</td><td class=\"n\">" +
            number(round->epsilon_spent, 3) + "</td><td class=\"n\">" +
            (round->chi2_per_cell > 0 ? number(round->chi2_per_cell, 3) : "–") + "</td><td class=\"n\">" +
            number(round->seconds, 2) + " s</td></tr>\n";
  }
  return "<h2>Newest rounds</h2>\n<div class=\"scroll\"><table><thead><tr><th class=\"n\" scope=\"col\">Round</th><th "
         "scope=\"col\">Stage</th><th class=\"n\" scope=\"col\">Numbers</th><th class=\"n\" scope=\"col\">ε so "
         "far</th><th class=\"n\" scope=\"col\">χ² per cell</th><th class=\"n\" scope=\"col\">Time</th></tr></thead>"
         "<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

}  // namespace

std::string page_of(const RunFacts& facts, Instant now) {
  return std::string(
             "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
             "<meta http-equiv=\"refresh\" content=\"2\">\n"
             "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
             "<link rel=\"icon\" href=\"data:,\">\n<title>") +
         escape(facts.experiment) + " – run in progress</title>\n<style>" + style +
         "</style>\n</head>\n<body>\n<main>\n<p class=\"soft\">Fedloom: run in progress, trust " + escape(facts.trust) +
         "</p>\n<h1>" + escape(facts.experiment) + "</h1>\n<p class=\"soft\">" + escape(facts.run_id) + "</p>\n" +
         figures(facts, now) + (facts.note.empty() ? "" : "<p>" + escape(facts.note) + "</p>\n") + epsilon_bar(facts) +
         fit_curve(facts) + sites(facts, now) + rounds(facts) +
         "<p class=\"soft\">Released values only. The page ends with the run; what stays is its "
         "public/report.html.</p>\n</main>\n</body>\n</html>\n";
}

}  // namespace fedloom::live
