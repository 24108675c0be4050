#include "fedloom/report/report.hpp"

#include "distributions.hpp"
#include "facts.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
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

}  // namespace

void write_report(const std::filesystem::path& public_folder) {
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
  write_atomically(public_folder / "report.html", std::string_view(page_of(content)));
}

}  // namespace fedloom::report
