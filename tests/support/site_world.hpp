#pragma once
// Sites with small tables, keys, policies and an experiment, without any file but the sites' own state. For tests of
// the site module and of whole in-process runs.

#include <array>
#include <vector>

#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/data/source.hpp"
#include "fedloom/site/plan_answerer.hpp"
#include "support/manual_clock.hpp"
#include "support/split_mix_random.hpp"
#include "support/temp_folder.hpp"

namespace fedloom::test {

class SiteWorld {
 public:
  using Sizes = std::array<std::uint32_t, 3>;  ///< of the three attributes; at least those below

  /// Three sites, all or nothing.
  SiteWorld() : SiteWorld(Quorum{.sites = 3}) {}
  explicit SiteWorld(const Quorum& quorum, const Sizes& sizes = {3, 4, 2})
      : experiment(make_experiment(quorum, sizes)) {
    for (std::size_t i = 0; i < quorum.sites; ++i) policies.push_back(make_policy(i));
  }
  std::size_t sites() const { return policies.size(); }

  static SigningKey key(std::size_t site) {
    std::array<std::uint8_t, 32> seed{};
    seed[0] = static_cast<std::uint8_t>(site + 1);
    return SigningKey::from_seed(seed);
  }

  /// `rows` rows whose codes follow from site and row number.
  data::Loaded table(std::size_t site, std::size_t rows) const {
    data::Table table(experiment.schema.domain());
    for (std::size_t row = 0; row < rows; ++row) {
      const auto n = static_cast<std::uint32_t>(row * 7 + site);
      const std::array<std::uint32_t, 3> codes{n % 3, (n / 3) % 4, (n / 2) % 2};
      table.append(codes);
    }
    return {std::move(table), {}};
  }

  /// The count and all 1-ways, each site's variance 1024 counts²; far below the budget.
  boundary::RoundPlan plan(std::uint32_t round = 1) const {
    boundary::RoundPlan plan{.round = round, .stage = "one-way", .contributors = experiment.quorum().contributors()};
    const auto noise = privacy::noise_scale_at_least(1024.0);
    plan.queries.push_back({{.marginal = {}}, noise});
    for (std::uint32_t i = 0; i < 3; ++i) plan.queries.push_back({{.marginal = {i}}, noise});
    return plan;
  }

  site::SiteRun run(std::size_t site, const SigningKey& signing, RandomWords& random) const {
    return {.policy = &policies[site],
            .experiment = &experiment,
            .key = &signing,
            .run_id = "run-1",
            .random = &random,
            .threads = 1,
            .timestamp = fixed_timestamp};
  }

  TempFolder folder;
  config::Experiment experiment;
  std::vector<config::SitePolicy> policies;

 private:
  static SiteId name(std::size_t site) { return SiteId{"site" + std::to_string(site)}; }

  static config::Experiment make_experiment(const Quorum& quorum, const Sizes& sizes) {
    const auto coded = [](const char* column, std::uint32_t size) {
      return schema::Attribute{.name = column, .type = schema::Coded{.size = size}};
    };
    std::vector<Member> members;
    for (std::size_t i = 0; i < quorum.sites; ++i) members.push_back({name(i), key(i).public_key()});
    config::Experiment made{
        .name = "test",
        .schema = schema::Schema({coded("a", sizes[0]), coded("b", sizes[1]), coded("c", sizes[2])}, {})};
    made.privacy.epsilon = {1.0};
    made.privacy.delta = {1e-9};
    made.privacy.colluding_sites = quorum.colluding;
    made.privacy.dropouts = quorum.dropouts;
    made.privacy.coordinator = quorum.coordinator;
    made.roster = Roster(std::move(members));
    made.transport.tick = Millis(5);
    return made;
  }

  config::SitePolicy make_policy(std::size_t site) const {
    config::SitePolicy made;
    made.file = "site.policy.yaml";
    made.site = name(site);
    made.data_set = "set" + std::to_string(site);
    made.allow.columns = {"a", "b", "c"};
    made.allow.trust = {config::Trust::none};
    made.allow.min_sites = 3;
    made.allow.max_dropouts = experiment.privacy.dropouts;
    made.allow.min_tick = experiment.transport.tick;
    made.allow.epsilon_per_run = {1.0};
    made.allow.epsilon_lifetime = privacy::Epsilon{1.5};
    made.allow.delta = {1e-9};
    made.allow.roster_fingerprint = to_hex(experiment.roster->fingerprint());
    made.state = folder / "state";
    made.approve_automatic = true;
    return made;
  }
};

}  // namespace fedloom::test
