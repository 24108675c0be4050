#include "fedloom/report/report.hpp"

#include <algorithm>
#include <fstream>

#include "comparison.hpp"
#include "distributions.hpp"
#include "facts.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/schema/csv.hpp"
#include "page.hpp"

namespace fedloom::report {
namespace {

/// The labels must be those of the model's domain, or the pictures would name the wrong values.
void check_labels(const RunFacts& run, const schema::Domain& domain, const std::filesystem::path& file) {
  const auto fail = [&](const std::string& what) {
    throw ConfigError({.file = file.string()}, what, public_folder_remedy);
  };
  if (run.attributes.size() != domain.dimensions())
    fail("\"attributes\" names " + std::to_string(run.attributes.size()) + " attributes, but the model has " +
         std::to_string(domain.dimensions()));
  for (std::size_t i = 0; i < run.attributes.size(); ++i) {
    const auto& [name, labels] = run.attributes[i];
    if (name != domain.name(i)) fail("attribute " + name + " is " + domain.name(i) + " in the model");
    if (labels.size() != domain.size(i))
      fail("attribute " + name + " has " + std::to_string(labels.size()) + " labels, but the model has " +
           std::to_string(domain.size(i)) + " values");
  }
}

/// Header and first rows, as far as they can be read.
std::vector<std::vector<std::string>> first_rows(const std::filesystem::path& file) {
  constexpr std::size_t most = 1 + 5;
  std::vector<std::vector<std::string>> rows;
  std::ifstream in(file, std::ios::binary);
  schema::CsvReader reader(in);
  std::vector<std::string> row;
  while (rows.size() < most && reader.next(row) == schema::CsvReader::Result::record) rows.push_back(row);
  return rows;
}

PageContent content_of(const std::filesystem::path& public_folder) {
  PageContent content;
  content.run = read_run(public_folder / "metrics.json");
  content.rounds = read_rounds(public_folder / "rounds.jsonl");
  require_file(public_folder / "measurements.jsonl");
  const auto generator = model::Generator::load(public_folder);
  const auto& expansion = generator.expansion();
  const schema::Domain& codes = expansion.empty() ? generator.domain() : expansion.fine();
  check_labels(content.run, codes, public_folder / "metrics.json");
  content.measurements = boundary::load_measurements(public_folder / "measurements.jsonl", codes);
  content.distributions = distributions_of(content.run, generator, content.measurements);
  content.dependence = dependence_of(generator);
  const double rows = std::max(content.run.rows_estimate, 1.0);
  content.residuals = residuals_of(generator, content.measurements, rows);
  content.errors = errors_by_degree(generator, content.measurements, rows);
  content.sample = first_rows(public_folder / "synthetic.csv");
  const bool has_books = std::filesystem::exists(public_folder / "ledger.json");
  if (has_books) content.books = read_books(public_folder);
  content.files = hashes_of(public_folder);
  return content;
}

}  // namespace

std::string public_report(const std::filesystem::path& public_folder) { return page_of(content_of(public_folder)); }

void write_report(const std::filesystem::path& public_folder) {
  write_atomically(public_folder / "report.html", std::string_view(public_report(public_folder)));
}

void write_local_report(const std::filesystem::path& public_folder, const EvaluationText& evaluation,
                        const std::filesystem::path& page) {
  const auto content = content_of(public_folder);
  std::vector<std::string> attributes;
  for (const auto& attribute : content.run.attributes) attributes.push_back(attribute.name);
  const auto comparison = comparison_sections(evaluation.json, evaluation.file, attributes);
  constexpr unsigned for_the_owner = 0600;
  write_atomically(page, std::string_view(local_page_of(content, comparison)), for_the_owner);
}

}  // namespace fedloom::report
