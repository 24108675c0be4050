#include "page.hpp"

#include <algorithm>
#include <cmath>

#include "charts.hpp"
#include "html.hpp"
#include "prose.hpp"
#include "style.hpp"

namespace fedloom::report {
namespace {

std::string cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string figure_cell(const std::string& html) { return "<td class=\"n\">" + html + "</td>"; }

std::string section(const std::string& id, const std::string& title, const std::string& body) {
  return "<section aria-labelledby=\"" + id + "\">\n<h2 id=\"" + id + "\">" + title + "</h2>\n" + body + "</section>\n";
}

std::string key_figure(const std::string& value, const std::string& what) {
  return "<li><b>" + value + "</b><span>" + what + "</span></li>\n";
}

std::string key_figures(const RunFacts& run) {
  return "<ul class=\"figures\">\n" + key_figure(grouped(run.rows_written), "synthetic rows") +
         key_figure(std::to_string(run.attributes.size()), "attributes") +
         key_figure(std::to_string(std::max<std::size_t>(run.sites.size(), 1)),
                    run.sites.size() > 1 ? "sites" : "site") +
         key_figure(number(run.epsilon), "ε, at δ = " + number(run.delta)) +
         key_figure(percent(run.rho_spent / run.rho_budget), "of the privacy budget spent") + "</ul>\n";
}

std::string summary_row(const std::string& what, const std::string& value, const char* css = "") {
  return "<tr><th scope=\"row\">" + what + "</th><td" + css + ">" + value + "</td></tr>\n";
}

std::string method_in_words(const std::string& method) {
  if (method == "gem") return "gem: a mixture of product distributions, fitted to measurements chosen round by round";
  if (method == "independent") return "independent: every attribute by itself, the baseline";
  return escape(method);
}

std::string summary(const RunFacts& run) {
  std::string sites;
  for (const auto& site : run.sites) sites += (sites.empty() ? "" : ", ") + escape(site);
  auto rows = summary_row("Sites", sites.empty() ? "–" : sites) + summary_row("Trust", escape(run.trust)) +
              summary_row("Sites that may collude", std::to_string(run.colluding_sites)) +
              summary_row("Sites that may be lost", std::to_string(run.dropouts)) +
              summary_row("Generator", method_in_words(run.method)) +
              summary_row("Rows, as estimated from the noisy totals", grouped(run.rows_estimate)) +
              summary_row("Synthetic rows written", grouped(run.rows_written)) +
              summary_row("ε and δ of the experiment", number(run.epsilon) + " and " + number(run.delta)) +
              summary_row("ρ spent of the budget", number(run.rho_spent, 6) + " of " + number(run.rho_budget, 6)) +
              summary_row("ε spent, at the same δ", number(run.epsilon_spent, 6));
  if (run.seconds) rows += summary_row("Time of the run", number(*run.seconds, 3) + " s");
  if (!run.version.empty()) rows += summary_row("Fedloom", escape(run.version));
  if (!run.run_id.empty()) rows += summary_row("Run", escape(run.run_id), " class=\"code\"");
  if (!run.config_hash.empty())
    rows += summary_row("Hash of the experiment", escape(run.config_hash), " class=\"code\"");
  return "<div class=\"scroll\"><table>\n" + rows + "</table></div>\n";
}

std::string names_of(const std::vector<std::string>& measured) {
  std::string all;
  for (const auto& name : measured) all += (all.empty() ? "" : ", ") + escape(name);
  if (measured.size() <= 4) return all.empty() ? "–" : all;
  return "<details><summary>" + std::to_string(measured.size()) + " marginals</summary><p class=\"names\">" + all +
         "</p></details>";
}

/// Standard deviation of the whole noise of one count, "12.3" or "12.3 to 45.6".
std::string noise_of(const RoundFacts& round, const std::vector<boundary::Measurement>& measurements) {
  double low = INFINITY, high = 0;
  for (const auto& one : measurements) {
    if (one.round != round.round) continue;
    low = std::min(low, one.sigma);
    high = std::max(high, one.sigma);
  }
  if (high == 0 || round.measured.empty() || !(round.rho_step > 0)) return "–";
  const auto from = number(low), to = number(high);
  return from == to ? from : from + " to " + to;
}

std::string rounds_table(const PageContent& content) {
  std::string rows;
  for (const auto& round : content.rounds) {
    rows += "<tr>" + figure_cell(std::to_string(round.round)) + cell(escape(round.stage)) + "<td class=\"marginals\">" +
            names_of(round.measured) + "</td>" + figure_cell(grouped(static_cast<double>(round.cells))) +
            figure_cell(noise_of(round, content.measurements)) + figure_cell(number(round.rho_step)) +
            figure_cell(number(round.rho_spent)) +
            figure_cell(round.chi2_per_cell > 0 ? number(round.chi2_per_cell, 3) : "–") + "</tr>\n";
  }
  return "<div class=\"scroll\"><table class=\"wide\">\n<thead><tr><th class=\"n\" scope=\"col\">Round</th>"
         "<th scope=\"col\">Stage</th><th scope=\"col\">What was measured</th><th class=\"n\" scope=\"col\">Cells</th>"
         "<th class=\"n\" scope=\"col\">Noise σ</th><th class=\"n\" scope=\"col\">ρ</th>"
         "<th class=\"n\" scope=\"col\">ρ so far</th><th class=\"n\" scope=\"col\">χ² per "
         "cell</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string budget(const PageContent& content) {
  const double whole = content.run.rho_budget;
  const auto stages = costs_by_stage(content.rounds);
  std::string rows;
  double spent = 0;
  const auto row = [&](const std::string& css, const std::string& stage, const std::string& steps, double rho) {
    rows += "<tr><th scope=\"row\"><span class=\"key " + css + "\"></span>" + stage + "</th>" + figure_cell(steps) +
            figure_cell(number(rho)) + figure_cell(percent(rho / whole)) + "</tr>\n";
  };
  for (std::size_t k = 0; k < stages.size(); ++k) {
    row("stage" + std::to_string(k % 5), escape(stages[k].stage), std::to_string(stages[k].steps), stages[k].rho);
    spent += stages[k].rho;
  }
  // A round that was paid for and lost leaves no line of its own.
  if (content.run.rho_spent - spent > 1e-9 * whole)
    row("left-over", "rounds that were lost", "–", content.run.rho_spent - spent);
  row("left-over", "not spent", "–", std::max(whole - std::max(content.run.rho_spent, spent), 0.0));
  return "<figure>\n" + budget_chart(stages, whole) +
         "</figure>\n<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Stage</th><th class=\"n\" "
         "scope=\"col\">"
         "Steps</th><th class=\"n\" scope=\"col\">ρ</th><th class=\"n\" scope=\"col\">Share of the "
         "budget</th></tr></thead>\n"
         "<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string fit(const PageContent& content) {
  const auto chart = fit_chart(content.rounds);
  if (chart.empty()) return "<p>There were not enough rounds with pairs or triples to compare.</p>\n";
  return "<p>How far the model's answers are from the noisy measurements of pairs and triples, in units of the noise "
         "(χ² per cell). Near 1 the model agrees with them as far as their noise lets anyone tell.</p>\n<figure>\n" +
         chart + "<figcaption>χ² per cell after each round, on a logarithmic scale.</figcaption></figure>\n";
}

std::string figures_of(const Distribution& distribution) {
  std::string rows;
  for (const auto& bar : distribution.bars) {
    rows += "<tr><th scope=\"row\">" + escape(bar.label) + "</th>" + figure_cell(percent(bar.synthetic, 2)) +
            figure_cell(bar.measured ? percent(*bar.measured, 2) : "–") +
            figure_cell(bar.measured ? percent(bar.sigma, 2) : "–") + "</tr>\n";
  }
  return "<details><summary>Figures</summary><div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Value</th>"
         "<th class=\"n\" scope=\"col\">Synthetic</th><th class=\"n\" scope=\"col\">Measured</th>"
         "<th class=\"n\" scope=\"col\">σ</th></tr></thead>\n<tbody>\n" +
         rows + "</tbody></table></div></details>\n";
}

std::string attributes(const std::vector<Distribution>& distributions) {
  std::string out =
      "<p><span class=\"key synthetic\"></span>share of the synthetic rows, as the model draws them; "
      "<span class=\"key dot measured\"></span>noisy measurement with an error bar of one standard deviation of its "
      "noise, which hides behind the point where it is narrower. A measurement may be below zero, as its noise is as "
      "likely to be negative as positive; it is then drawn at zero, and the table holds its value.</p>\n<div "
      "class=\"grid\">\n";
  std::size_t k = 0;
  for (const auto& one : distributions) {
    out += "<figure><h3>" + escape(one.attribute) + "</h3>\n" + distribution_chart(one, "a" + std::to_string(k++));
    if (one.codes_in_bar > 1)
      out += "<figcaption>" + std::to_string(one.codes_in_bar) + " neighbouring values a bar.</figcaption>\n";
    if (!one.bars.front().measured) out += "<figcaption>Not measured by itself.</figcaption>\n";
    out += figures_of(one) + "</figure>\n";
  }
  return out + "</div>\n";
}

}  // namespace

std::string page_of(const PageContent& content) {
  const auto& run = content.run;
  auto html = std::string(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
  html += escape(run.name) + " – synthetic data report</title>\n<style>" + std::string(style_sheet) +
          "</style>\n</head>\n<body>\n<main>\n<p class=\"kicker\">Fedloom: synthetic data report</p>\n<h1>" +
          escape(run.name) + "</h1>\n" + key_figures(run);
  html += section("what", "What this is", what_this_is(run));
  html += section("privacy", "What is promised", "<div class=\"statement\">\n" + privacy_statement(run) + "</div>\n");
  html += section("summary", "Summary", summary(run));
  html +=
      section("rounds", "What was measured",
              "<p>Each line is one step of the run. σ is the standard deviation of the noise in one number, in rows; "
              "ρ is what the step cost.</p>\n" +
                  rounds_table(content));
  html += section("budget", "Budget by stage", budget(content));
  html += section("fit-of-rounds", "Fit, round by round", fit(content));
  html += section("attributes", "Each attribute", attributes(content.distributions));
  html += section("limits", "What this page does not say", what_it_does_not_say());
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace fedloom::report
