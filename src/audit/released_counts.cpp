#include "fedloom/audit/released_counts.hpp"

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/site/plan_answerer.hpp"
#include "fedloom/site/rehearsal.hpp"

namespace fedloom::audit {
namespace {
namespace fs = std::filesystem;

constexpr const char* cell_column = "cell";
constexpr const char* entity_column = "entity";
constexpr std::uint32_t rows_too_many = 3;
constexpr Millis no_wait{1};
/// A trial spends what no run may: its ledgers are thrown away with the invented entities that they are about.
constexpr privacy::Epsilon any_epsilon{1000};
constexpr privacy::Delta any_delta{1e-9};

SiteId site_name(std::uint32_t site) { return SiteId{"site-" + std::to_string(site + 1)}; }

config::Experiment experiment_of(const AuditedCount& count, std::uint32_t cells) {
  config::Experiment made{
      .name = "audit",
      .schema = schema::Schema({{.name = cell_column, .type = schema::Coded{.size = cells}}}, {entity_column})};
  made.privacy.epsilon = any_epsilon;
  made.privacy.delta = any_delta;
  made.privacy.max_rows = count.max_rows;
  made.privacy.max_sites = count.max_sites;
  made.transport.tick = no_wait;
  if (count.honest_sites == 1) {
    made.privacy.trust = config::Trust::central;
    return made;
  }
  std::vector<Member> members;
  for (std::uint32_t site = 0; site < count.honest_sites; ++site) {
    members.push_back({site_name(site), SigningKey::generate().public_key()});
  }
  made.roster = Roster(std::move(members));
  return made;
}

config::SitePolicy policy_of(const AuditedCount& count, const fs::path& state) {
  config::SitePolicy made;
  made.file = state / "audit.policy.yaml";
  made.site = site_name(0);
  made.data_set = "audit";
  made.data_class = config::DataClass::public_data;
  made.unit_column = entity_column;
  made.max_rows = count.max_rows;
  made.max_sites = count.max_sites;
  made.allow.min_sites = 1;
  made.allow.epsilon_per_run = any_epsilon;
  made.allow.delta = any_delta;
  made.allow.min_tick = no_wait;
  made.state = state;
  made.approve_automatic = true;
  return made;
}

}  // namespace

MechanismClaim claim_of(const AuditedCount& count) {
  return {.variance = static_cast<long double>(count.site_noise.variance_grid()) * count.honest_sites,
          .shift = std::uint64_t{count.max_rows} * count.max_sites << count.site_noise.grid_bits};
}

struct ReleasedCounts::Impl {
  AuditedCount count;
  fs::path scratch;
  std::uint64_t releases = 0;

  /// What a site's table holds, through the file that a site would read.
  data::Loaded table(const config::Experiment& experiment, const std::vector<bool>& present, std::uint32_t site) const {
    std::string text = std::string(entity_column) + "," + cell_column + "\n";
    for (std::size_t c = 0; c < present.size() && site < count.max_sites; ++c) {
      if (!present[c]) continue;
      const std::string row = "e" + std::to_string(c) + "," + std::to_string(c) + "\n";
      for (std::uint32_t k = 0; k < count.max_rows + rows_too_many; ++k) text += row;
    }
    const fs::path file = scratch / "rows.csv";
    write_atomically(file, text);
    return data::load("csv:" + file.string(), scratch, experiment.schema,
                      {.column = entity_column, .max_rows = count.max_rows});
  }

  boundary::RoundPlan plan() const {
    boundary::RoundPlan plan{.round = 1,
                             .stage = "audit",
                             .contributors = std::max(1U, count.honest_sites - 1),
                             .entity_rows = count.max_rows * count.max_sites};
    plan.queries.push_back({{.marginal = {0}}, count.site_noise});
    return plan;
  }

  std::vector<boundary::Measurement> measure_alone(const config::Experiment& experiment,
                                                   const config::SitePolicy& policy, data::Loaded&& rows) const {
    const auto key = SigningKey::generate();
    privacy::SecureRandom random;
    site::SiteLog log(policy.state, policy.site.name);
    site::PlanAnswerer answerer(
        {.policy = &policy, .experiment = &experiment, .key = &key, .run_id = "audit", .random = &random, .threads = 1},
        std::move(rows), log);
    auto answer = answerer.answer(plan());
    if (const auto* refusal = std::get_if<site::Refusal>(&answer)) throw RefusedError("", refusal->reason, "");
    return boundary::to_measurements(boundary::reveal_central(std::get<boundary::NoisedShare>(std::move(answer))),
                                     plan(), experiment.schema.domain(), 1);
  }
};

ReleasedCounts::ReleasedCounts(const AuditedCount& count, fs::path scratch)
    : impl_(std::make_unique<Impl>(Impl{count, std::move(scratch)})) {
  FEDLOOM_CHECK(count.honest_sites > 0 && count.max_sites > 0 && count.max_sites <= count.honest_sites);
}
ReleasedCounts::~ReleasedCounts() = default;

std::vector<double> ReleasedCounts::release(const std::vector<bool>& present) {
  const auto experiment = experiment_of(impl_->count, static_cast<std::uint32_t>(present.size()));
  const fs::path state = impl_->scratch / ("release-" + std::to_string(++impl_->releases));
  fs::create_directories(state);
  const auto policy = policy_of(impl_->count, state);
  std::vector<data::Loaded> tables;
  for (std::uint32_t site = 0; site < impl_->count.honest_sites; ++site) {
    tables.push_back(impl_->table(experiment, present, site));
  }
  const auto measured = impl_->count.honest_sites == 1
                            ? impl_->measure_alone(experiment, policy, std::move(tables.front()))
                            : site::rehearse(policy, experiment, impl_->plan(), std::move(tables), state).measured;
  fs::remove_all(state);
  const auto& values = measured.front().grid_values;
  return {values.begin(), values.end()};
}

}  // namespace fedloom::audit
