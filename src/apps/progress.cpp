#include "progress.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "program.hpp"

namespace fedloom::apps {
namespace {

/// The count, the 1-ways, the look and the sketches by number; of other marginals at most two by name.
std::string measured_text(const coordinator::RoundRecord& record, const schema::Domain& domain) {
  const std::size_t count = record.measured.size();
  std::string text;
  const bool look = record.stage == boundary::look_stage;
  if (look || record.stage == "one-way" || record.stage == "sketch") {
    std::array<std::size_t, schema::Marginal::max_degree + 1> of_degree{};
    for (const auto& marginal : record.measured) ++of_degree[marginal.degree()];
    const std::size_t sketched = count - of_degree[0] - of_degree[1];
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " and ") + part; };
    if (of_degree[0] > 0) add("the count");
    if (sketched > 0) add((look ? "coarse look at " : "sketch of ") + std::to_string(sketched) + " marginals");
    if (of_degree[1] > 0) add(std::to_string(of_degree[1]) + " 1-way marginals");
    return text;
  }
  for (std::size_t i = 0; i < std::min<std::size_t>(count, 2); ++i) {
    text += (i ? ", " : "") + record.measured[i].name(domain);
  }
  if (count > 2) text += " and " + std::to_string(count - 2) + " more";
  return text;
}

double seconds_since(Instant start) { return std::chrono::duration<double>(monotonic_now() - start).count(); }

}  // namespace

Progress::Progress(const config::Experiment& experiment, const LiveOption& live) : experiment_(&experiment) {
  if (live) live_.emplace(experiment, *live);
}

void Progress::start(const std::string& run_id) {
  std::cout << "run " << run_id << ": " << experiment_->name << ", epsilon "
            << figure(experiment_->privacy.epsilon.value, 4) << ", delta "
            << figure(experiment_->privacy.delta.value, 2) << ", trust " << config::name_of(experiment_->privacy.trust);
  if (experiment_->roster) {
    std::cout << ", " << experiment_->roster->size() << " sites (" << experiment_->privacy.colluding_sites
              << " may collude";
    if (experiment_->privacy.dropouts > 0) std::cout << ", " << experiment_->privacy.dropouts << " may be lost";
    std::cout << ")";
  }
  std::cout << std::endl;
  if (!live_) return;
  live_->start(run_id);
  std::cout << "live page " << live_->url() << std::endl;
}

void Progress::joined() {
  if (live_) live_->joined();
}

void Progress::round(const coordinator::RoundRecord& record) {
  const double seconds = seconds_since(round_started_);
  const double total = seconds_since(started_);
  round_started_ = monotonic_now();
  const auto epsilon = privacy::epsilon_of({record.rho_spent}, experiment_->privacy.delta).value;
  if (live_) live_->round(record, epsilon, seconds);
  std::ostringstream line;
  if (record.stage == "final fit") {
    line << "last fit     ";
  } else {
    const std::uint32_t planned = std::max(record.round, record.rounds_planned);
    line << "round " << std::setw(2) << record.round << "/" << std::left << std::setw(3) << planned << std::right
         << "  ";
  }
  line << "eps " << std::fixed << std::setprecision(3) << epsilon << " of " << std::setprecision(3)
       << experiment_->privacy.epsilon.value;
  if (record.chi2_per_cell > 0) line << "  fit " << std::setprecision(2) << record.chi2_per_cell << " chi2/cell";
  line << "  " << seconds_text(seconds);
  if (record.cells > 0 && seconds > 0)
    line << ", " << grouped(static_cast<std::uint64_t>(static_cast<double>(record.cells) / seconds)) << " cells/s";
  if (record.stage != "final fit" && record.rounds_planned > record.round) {
    const double left = total / record.round * (record.rounds_planned - record.round);
    line << ", about " << seconds_text(left) << " left";
  }
  const std::string measured = measured_text(record, experiment_->schema.domain());
  if (!measured.empty()) line << "  " << (record.stage == "select" ? "select " : "") << measured;
  std::cout << line.str() << std::endl;
}

void Progress::waiting(const std::vector<SiteId>& sites, Millis waited) {
  if (live_) live_->waiting(sites);
  std::cout << "waiting for";
  for (const auto& site : sites) std::cout << " " << site.name;
  std::cout << " (" << waited.count() / 1000 << " s)" << std::endl;
}

void Progress::note(const std::string& text) {
  if (live_) live_->note(text);
  std::cout << text << std::endl;
}

void Progress::finish(const coordinator::RunResult& result, const std::filesystem::path& folder) {
  const auto usage = usage_so_far();
  std::cout << "\n"
            << grouped(result.rows_written) << " synthetic rows  " << (folder / "public" / "synthetic.csv").string();
  for (const config::OutputFormat format : experiment_->formats) {
    if (format != config::OutputFormat::csv) std::cout << ", synthetic." << config::name_of(format);
  }
  std::cout << "\nreport                 " << (folder / "public" / "report.html").string()
            << "\nspent                  epsilon " << figure(result.epsilon_spent, 4) << " of "
            << figure(experiment_->privacy.epsilon.value, 4) << " at delta "
            << figure(experiment_->privacy.delta.value, 2) << " (rho " << figure(result.rho_spent, 6) << " of "
            << figure(result.rho_budget, 6) << "), in " << seconds_text(seconds_since(started_)) << " ("
            << figure(usage.cpu_seconds, 3) << " CPU s, peak " << bytes_text(usage.peak_bytes) << " here)" << std::endl;
}

}  // namespace fedloom::apps
