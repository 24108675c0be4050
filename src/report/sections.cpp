#include "sections.hpp"

#include "html.hpp"
#include "prose.hpp"

namespace fedloom::report {
namespace {

constexpr std::size_t longest_value = 28;

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const auto& name : names) all += (all.empty() ? "" : ", ") + escape(name);
  return all.empty() ? "–" : all;
}

std::string method_in_words(const std::string& method) {
  if (method == "gem") return "gem: a mixture of product distributions, fitted to measurements chosen round by round";
  if (method == "independent") return "independent: every attribute by itself, the baseline";
  return escape(method);
}

std::string workload_in_words(const config::GeneratorConfig& generator) {
  const auto degree = std::to_string(generator.degree);
  auto text = generator.degree == 1 ? std::string("every attribute by itself")
                                    : "all sets of " + degree + " attributes, of up to " +
                                          grouped(static_cast<double>(generator.max_cells)) + " cells each";
  if (!generator.keep.empty()) text += "; those with " + listed(generator.keep) + " count most";
  return text;
}

}  // namespace

std::string cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string figure_cell(const std::string& html) { return "<td class=\"n\">" + html + "</td>"; }

std::string head_cell(const std::string& html, bool figures) {
  return std::string("<th") + (figures ? " class=\"n\"" : "") + " scope=\"col\">" + html + "</th>";
}

std::string fact_row(const std::string& name, const std::string& html, const char* css) {
  return "<tr><th scope=\"row\">" + name + "</th><td" + css + ">" + html + "</td></tr>\n";
}

std::string table(const std::string& head, const std::string& rows) {
  return "<div class=\"scroll\"><table>\n" + (head.empty() ? std::string() : "<thead><tr>" + head + "</tr></thead>\n") +
         "<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string asked_section(const PageContent& content) {
  const auto& run = content.run;
  auto rows = fact_row("Columns", std::to_string(run.attributes.size()) + ", shown one by one below");
  rows += fact_row("Rows wanted", content.books && content.books->experiment.rows
                                      ? grouped(static_cast<double>(*content.books->experiment.rows))
                                      : "as many as the noisy total says there are");
  rows += fact_row("Budget", "ε = " + number(run.epsilon) + " at δ = " + number(run.delta));
  if (content.books) rows += fact_row("Must be right", workload_in_words(content.books->experiment.generator));
  rows += fact_row("Generator", method_in_words(run.method));
  rows += fact_row("Rows, as estimated from the noisy totals", grouped(run.rows_estimate));
  rows += fact_row("Synthetic rows written", grouped(run.rows_written));
  if (run.seconds) rows += fact_row("Time of the run", number(*run.seconds, 3) + " s");
  if (!run.version.empty()) rows += fact_row("Fedloom", escape(run.version));
  return table("", rows);
}

std::string participants_section(const PageContent& content) {
  const auto& run = content.run;
  std::string rows;
  const auto row = [&](const std::string& site, const char* what) {
    rows += "<tr><th scope=\"row\">" + escape(site) + "</th>" + cell(what) + "</tr>\n";
  };
  if (content.books) {
    for (const auto& site : content.books->ledger.sites) row(site, "signed the run's ledger at its end");
    for (const auto& site : content.books->ledger.lost)
      row(site, "was lost before the end; signed its own books until then");
  } else {
    for (const auto& site : run.sites) row(site, "–");
  }
  return "<p>" + trust_in_words(run) + "</p>\n" +
         (rows.empty() ? "" : table(head_cell("Site") + head_cell("At the end"), rows));
}

std::string errors_section(const PageContent& content) {
  std::string rows;
  const char* const names[] = {"single attributes", "pairs", "triples"};
  for (std::size_t k = 0; k < content.errors.size(); ++k) {
    const auto& errors = content.errors[k];
    if (errors.marginals == 0) continue;
    rows += "<tr><th scope=\"row\">" + std::string(names[k]) + "</th>" +
            figure_cell(grouped(static_cast<double>(errors.marginals))) +
            figure_cell(grouped(static_cast<double>(errors.cells))) + figure_cell(number(errors.expected, 3)) +
            figure_cell(number(errors.fitted, 3)) + "</tr>\n";
  }
  if (rows.empty()) return "<p>No marginal of the model's own values was measured.</p>\n";
  return "<p>The distance between two tables of shares is the sum of the absolute differences of their cells: 0 where "
         "they are the same, 2 where they have nothing in common. <em>Expected</em> is what the noise alone puts "
         "between "
         "a measurement and the truth, worked out from σ; <em>found</em> is how far the model is from the measurement. "
         "A model that fits is about as far from it as the truth is.</p>\n" +
         table(head_cell("Measured") + head_cell("Marginals", true) + head_cell("Cells", true) +
                   head_cell("Distance expected", true) + head_cell("Distance found", true),
               rows);
}

std::string sample_section(const PageContent& content) {
  const auto& sample = content.sample;
  if (sample.empty()) return "<p>There is no synthetic.csv beside this page.</p>\n";
  std::string head = head_cell("Column");
  for (std::size_t k = 1; k < sample.size(); ++k) head += head_cell("Row " + std::to_string(k));
  std::string rows;
  for (std::size_t column = 0; column < sample[0].size(); ++column) {
    rows += "<tr><th scope=\"row\">" + escape(sample[0][column]) + "</th>";
    for (std::size_t k = 1; k < sample.size(); ++k) {
      const auto& value = column < sample[k].size() ? sample[k][column] : std::string();
      rows += cell(value.empty() ? "<span class=\"soft\">missing</span>" : escape(shortened(value, longest_value)));
    }
    rows += "</tr>\n";
  }
  return "<p>The first rows of synthetic.csv, each as a column. They are drawn from the model: nobody's.</p>\n" +
         table(head, rows);
}

}  // namespace fedloom::report
