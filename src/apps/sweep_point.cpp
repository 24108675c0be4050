// One point of a sweep: the experiment changed, the rows dealt out, `fedloom demo` as a child, the score.

#include <algorithm>
#include <utility>

#include "fedloom/base/clock.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/evaluate/marginal_error.hpp"
#include "program.hpp"
#include "self_process.hpp"
#include "sweep.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

/// Makes the folder of one point, and takes it away again however the point ends.
class PointFolder {
 public:
  explicit PointFolder(fs::path folder) : folder_(std::move(folder)) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~PointFolder() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  PointFolder(const PointFolder&) = delete;
  PointFolder& operator=(const PointFolder&) = delete;

 private:
  fs::path folder_;
};

config::Experiment changed(config::Experiment experiment, const SweepPoint& point) {
  experiment.privacy.epsilon = {point.epsilon};
  experiment.privacy.trust = point.setting.trust;
  experiment.generator.method = point.setting.method;
  experiment.seed += point.repeat - 1;
  experiment.roster.reset();
  if (point.setting.trust == config::Trust::central) {
    experiment.privacy.dropouts = 0;
    return experiment;
  }
  // Only so that the file names a roster: demo puts one with its own keys there.
  experiment.roster.emplace(std::vector<Member>{{SiteId{"nobody"}, SigningKey::generate().public_key()}});
  return experiment;
}

}  // namespace

config::Experiment load_for_sweep(const fs::path& experiment, std::uint32_t sites, const fs::path& folder) {
  const fs::path base = folder / "base";
  fs::create_directories(base);
  std::vector<std::string> words{"demo",  "--prepare-only", "--experiment", fs::absolute(experiment).string(),
                                 "--dir", base.string()};
  for (std::uint32_t k = 1; k <= std::max(sites, 3u); ++k) {
    // No table is read before a run: any file will do.
    words.insert(words.end(), {"--data", "site-" + std::to_string(k) + "=" + fs::absolute(experiment).string()});
  }
  const fs::path log = folder / "base.log";
  if (run_self(words, log).status != 0) {
    const std::string said = read_text(log);
    throw ConfigError({.file = experiment.string()},
                      "the experiment cannot be swept: " + said.substr(0, said.find('\n')), "");
  }
  return config::load_experiment(base / experiment.filename());
}

SweepResult run_point(const SweepPoint& point, const config::Experiment& experiment, const SweepRows& rows,
                      const data::Table& real, const fs::path& folder) {
  const PointFolder place(folder);
  const auto variant = changed(experiment, point);
  config::write_resolved(variant, folder);
  std::vector<std::string> words{"demo",
                                 "--experiment",
                                 (folder / "config.resolved.yaml").string(),
                                 "--dir",
                                 (folder / "world").string(),
                                 "--out",
                                 (folder / "run").string()};
  for (const auto& file : deal(rows, point.setting.sites, variant.seed, folder)) {
    words.insert(words.end(), {"--data", file.stem().string() + "=" + file.string()});
  }
  const fs::path log = folder.string() + ".log";
  const Instant start = monotonic_now();
  const SelfEnded ended = run_self(words, log);
  const double seconds = std::chrono::duration<double>(monotonic_now() - start).count();
  if (stop_flag().load()) throw Interrupted("the sweep was stopped", "the same command goes on with it");
  if (ended.status != 0) {
    throw EnvironmentError(point.name(), "this run of the sweep failed",
                           "see " + log.string() + "; the same command goes on with the sweep");
  }
  const auto synthetic =
      data::load("csv:" + (folder / "run/public/synthetic.csv").string(), "/", experiment.schema.of_outputs(), {}).table;
  SweepResult result{.point = point,
                     .rows = synthetic.rows(),
                     .error = {},
                     .seconds = seconds,
                     .cpu_seconds = ended.cpu_seconds,
                     .peak_mb = ended.peak_mb};
  for (const auto& error : evaluate::marginal_errors(real, synthetic, 3)) result.error.push_back(error.mean);
  return result;
}

}  // namespace fedloom::apps
