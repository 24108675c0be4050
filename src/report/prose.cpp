#include "prose.hpp"

#include "html.hpp"

namespace fedloom::report {
namespace {

std::string paragraph(const std::string& html) { return "<p>" + html + "</p>\n"; }

std::string sites_in_words(const RunFacts& run) {
  if (run.sites.empty()) return "one holder of data";
  if (run.sites.size() == 1) return "one site (" + escape(run.sites.front()) + ")";
  std::string names;
  for (const auto& site : run.sites) names += (names.empty() ? "" : ", ") + escape(site);
  return std::to_string(run.sites.size()) + " sites (" + names + ")";
}

std::string rows_that_count(std::uint64_t rows, std::uint64_t sites) {
  auto text =
      rows == 1 ? std::string("at most one row of it counts") : "at most " + std::to_string(rows) + " rows of it count";
  if (sites > 1) text += " at each of at most " + std::to_string(sites) + " sites";
  return text;
}

}  // namespace

std::string unit_in_words(const RunFacts& run) {
  const std::string change = run.adjacency == "replace" ? "replacing " : "adding or removing ";
  if (!run.unit_max_rows || !run.unit_max_sites) return change + "one privacy unit, as config.resolved.yaml defines it";
  return change + "one row or, at a site that names a column for it, one entity with all its rows; " +
         rows_that_count(*run.unit_max_rows, *run.unit_max_sites);
}

std::string trust_in_words(const RunFacts& run) {
  if (run.trust == "none")
    return "Each site counted its own rows and added its share of the noise before anything left it. The shares were "
           "summed under masks, so that nobody saw a site's own counts, and the coordinator saw noisy totals only.";
  if (run.trust == "aggregate")
    return "The sites' counts were summed under masks. The coordinator, whom the sites trust with exact totals, added "
           "the noise to the totals once.";
  return "All rows were in one process, which their owner trusts; it counted them and added the noise.";
}

std::string assumption_in_words(const RunFacts& run) {
  if (run.trust == "none") {
    const auto t = run.colluding_sites;
    auto text = std::string("It holds against the coordinator") +
                (run.coordinator == "malicious" ? ", even one that lies," : "") +
                " and against everyone who reads what is published";
    if (t == 0) return text + "; it counts on the noise of all sites, so on no site telling the others its noise.";
    return text + ", and also when " + (t == 1 ? "one site pools" : "up to " + std::to_string(t) + " sites pool") +
           " with them all that " + (t == 1 ? "it knows" : "they know") +
           ": the noise of the other sites alone is enough" +
           (run.dropouts == 0   ? "."
            : run.dropouts == 1 ? ", even when one of them was lost."
                                : ", even when " + std::to_string(run.dropouts) + " of them were lost.");
  }
  if (run.trust == "aggregate")
    return "It holds against everyone who reads what is published. It does not hold against the coordinator, who saw "
           "exact totals.";
  return "It holds against everyone who reads what is published. It does not hold against the process that held the "
         "rows.";
}

std::string what_this_is(const RunFacts& run) {
  return paragraph(
      "The synthetic rows that come with this page are drawn from a model. The model was fitted to noisy "
      "counts of the rows of " +
      sites_in_words(run) +
      ". It never saw a row itself: a synthetic row may look like a real person's, but it is not taken from "
      "anyone.");
}

std::string privacy_statement(const RunFacts& run) {
  return paragraph("<strong>What is published is (ε, δ)-differentially private with ε = " + number(run.epsilon) +
                   " and δ = " + number(run.delta) + "</strong>, for " + unit_in_words(run) + ". " +
                   assumption_in_words(run)) +
         paragraph(
             "In words: whatever someone concludes from these files, they would conclude almost as likely had any "
             "one person not been in the data. The smaller ε, the closer; δ bounds the chance that the limit is "
             "passed.") +
         paragraph("Of the budget, ρ = " + number(run.rho_spent) + " of " + number(run.rho_budget) +
                   " was spent (zero-concentrated differential privacy), which is ε = " + number(run.epsilon_spent) +
                   " at the same δ.");
}

std::string what_it_does_not_say() {
  return paragraph(
      "Everything here is computed from released, noisy values and from the model. Nothing here was "
      "compared with real rows, so the page shows how well the model fits what was measured, not how "
      "well the synthetic rows serve a given analysis. Combinations that were not measured may be far "
      "off. Other releases from the same data add to the privacy cost.");
}

}  // namespace fedloom::report
