#include "page.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "charts.hpp"
#include "comparison.hpp"
#include "html.hpp"
#include "prose.hpp"
#include "sections.hpp"
#include "style.hpp"

namespace fedloom::report {
namespace {

constexpr std::size_t most_names = 40;  ///< of the marginals of one step

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

std::string names_of(const std::vector<std::string>& measured) {
  std::string all;
  for (std::size_t k = 0; k < std::min(measured.size(), most_names); ++k)
    all += (all.empty() ? "" : ", ") + escape(measured[k]);
  if (measured.size() > most_names)
    all += " and " + grouped(static_cast<double>(measured.size() - most_names)) + " more, which stand in rounds.jsonl";
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

std::string contents() {
  return "<nav aria-label=\"Contents\"><a href=\"#promise\">In short</a> <a href=\"#asked\">Asked</a> <a "
         "href=\"#sites\">Sites</a> <a href=\"#cost\">Cost</a> <a href=\"#fit\">Error</a> <a "
         "href=\"#attributes\">Attributes</a> <a href=\"#pairs\">Pairs</a> <a href=\"#rows\">Rows</a> <a "
         "href=\"#certificate\">Certificate</a></nav>\n";
}

/// All but the end; `before`: what stands above everything else.
std::string document(const PageContent& content, const std::string& title, const std::string& before) {
  const auto& run = content.run;
  auto html = std::string(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
  html += escape(run.name) + " – " + title + "</title>\n<style>" + std::string(style_sheet) +
          "</style>\n</head>\n<body>\n<main>\n" + before +
          "<p class=\"kicker\">Fedloom: synthetic data report</p>\n<h1>" + escape(run.name) + "</h1>\n" +
          key_figures(run);
  html += contents();
  html += section("promise", "In short",
                  "<div class=\"statement\">\n" + privacy_statement(run) + "</div>\n" + what_this_is(run));
  html += section("asked", "What was asked", asked_section(content));
  html += section("sites", "Who took part", participants_section(content));
  html += section("cost", "What it cost, by stage", budget(content));
  html += section("fit", "Error, expected and found", errors_section(content) + fit(content));
  html += section("attributes", "Each attribute", attributes(content.distributions));
  html += section("pairs", "Pairs of attributes", pairs_section(content));
  html += section("rows", "Sample rows", sample_section(content));
  html += section("certificate", "The certificate", certificate_section(content));
  html += section("steps", "Every step",
                  "<details><summary>" + std::to_string(content.rounds.size()) +
                      " steps</summary><p>σ is the standard deviation of the noise in one number, in rows; ρ is what "
                      "the step cost.</p>\n" +
                      rounds_table(content) + "</details>\n");
  html += section("limits", "What this page does not say", what_it_does_not_say());
  return html + "</main>\n";
}

constexpr const char* end_of_document = "</body>\n</html>\n";

}  // namespace

std::string page_of(const PageContent& content) {
  auto html = document(content, "synthetic data report", "");
  if (content.books) html += block_of(claims_of(*content.books, content.measurements, content.files));
  return html + end_of_document;
}

std::string local_page_of(const PageContent& content, const std::string& comparison) {
  return document(content, "NOT PRIVATE: compared with real rows", not_private_warning() + comparison) +
         end_of_document;
}

}  // namespace fedloom::report
