#include "html.hpp"
#include "prose.hpp"
#include "sections.hpp"

namespace fedloom::report {
namespace {

std::string item(const std::string& html) { return "<li>" + html + "</li>\n"; }

std::string epsilon_at(double rho, const RunFacts& run) {
  return number(privacy::epsilon_of({rho}, {run.delta}).value, 4) + " (ρ = " + number(rho, 4) + ")";
}

/// Both costs of a person who is known at several sites: the shift of a sum grows with the number of sites.
std::string costs_by_sites(const RunFacts& run) {
  const auto sites = run.unit_max_sites.value_or(1);
  if (sites <= 1) return "";
  const auto h = static_cast<double>(sites);
  return fact_row("A person known at one site only", "ε = " + epsilon_at(run.rho_spent / (h * h), run)) +
         fact_row("A person known at " + std::to_string(sites) + " sites", "ε = " + epsilon_at(run.rho_spent, run)) +
         fact_row("A person known at more sites", "is not covered: the cost grows with the square of their number");
}

std::string hashes(const PageContent& content) {
  std::string rows;
  if (content.books) {
    rows += fact_row("experiment (config.resolved.yaml, with schema and roster)",
                     to_hex(content.books->experiment.hash()), " class=\"code\"");
    rows += fact_row("schema", to_hex(content.books->experiment.schema.hash()), " class=\"code\"");
  }
  for (const auto& file : content.files) rows += fact_row(escape(file.name), escape(file.sha256), " class=\"code\"");
  return "<details><summary>SHA-256 of the experiment, the schema, the model and all other files</summary>" +
         table("", rows) + "</details>\n";
}

std::string not_covered(const RunFacts& run) {
  std::string items;
  if (run.trust != "central") {
    items += item(
        "<strong>Who owns all machines.</strong> Under one account, as with mpirun, whoever holds it can read "
        "every site’s files. Then what is published is protected, and the sites are from a curious "
        "coordinator process only.");
    items += item(
        "<strong>A column that names the site.</strong> A value that occurs at one site only says something "
        "about that site as a whole, though not about a person.");
    items += item(
        "<strong>A site that lies</strong> about its own rows can spoil the result; it learns nothing more by "
        "it.");
  }
  items += item(
      "<strong>What is true of many.</strong> The rows teach what holds for groups; differential privacy keeps "
      "the single person’s part in it small, not the finding.");
  items += item(
      "<strong>Other releases</strong> from the same data add to the cost; each site’s own ledger adds them "
      "up.");
  items += item(
      "<strong>The schema.</strong> Bounds and categories must have come from public knowledge, not from a "
      "look at the rows.");
  return "<ul>\n" + items + "</ul>\n";
}

}  // namespace

std::string certificate_section(const PageContent& content) {
  const auto& run = content.run;
  auto rows = fact_row("Privacy unit", unit_in_words(run));
  rows += fact_row("Adjacency", run.adjacency == "replace" ? "replace one unit" : "add or remove one unit");
  rows += fact_row("ε and δ of the experiment", number(run.epsilon) + " and " + number(run.delta));
  rows += fact_row("ε spent, at the same δ", number(run.epsilon_spent, 6));
  rows += fact_row("ρ spent of the budget", number(run.rho_spent, 6) + " of " + number(run.rho_budget, 6) +
                                                ", zero-concentrated differential privacy");
  rows += costs_by_sites(run);
  rows += fact_row("Trust", escape(run.trust) + ". " + assumption_in_words(run));
  rows += fact_row("Mechanisms", "exact discrete Gaussian noise in integer arithmetic" +
                                     std::string(run.trust == "none" ? "" : "; exact exponential mechanism"));
  if (content.books) {
    std::uint64_t values = 0;
    for (const auto& one : content.measurements) values += one.grid_values.size();
    rows += fact_row("Released",
                     grouped(static_cast<double>(values)) + " noisy numbers in " +
                         grouped(static_cast<double>(content.measurements.size())) + " tables, paid for by " +
                         grouped(static_cast<double>(content.books->ledger.spends.size())) + " entries of ledger.json");
  }
  if (!run.run_id.empty()) rows += fact_row("Run", escape(run.run_id), " class=\"code\"");
  return table("", rows) + "<h3>What is not covered</h3>\n" + not_covered(run) + "<h3>How to check it</h3>\n" +
         "<p>Without any data: <code>fedloom ledger verify FOLDER</code> recomputes ε and δ from ledger.json, checks "
         "the "
         "sites’ signatures, that every released number was paid for, and that this page is the one these files "
         "give.</p>\n" +
         hashes(content);
}

}  // namespace fedloom::report
