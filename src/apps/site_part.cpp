#include "site_part.hpp"

#include "fedloom/boundary/site_internal_sum.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/site/site_ranks.hpp"
#include "program.hpp"
#include "world.hpp"

namespace fedloom::apps {
namespace {

/// The first rank, which knows the cause, and the coordinator are to leave before.
constexpr Millis others_leave_first{1500};
/// For the first rank to end its site's part of the run.
constexpr Millis most_patience{600000};

/// Tells the first rank, and stays until it has told the others.
void give_up(boundary::SiteInternalWire& wire) {
  wire.give_up();
  try {
    wire.receive(monotonic_now() + most_patience);
  } catch (const Error&) {
    // The first rank is gone, which is as good.
  }
}

class PartServer {
 public:
  PartServer(const ServeOptions& options, const transport::Place& place, boundary::SiteInternalWire& wire)
      : place_(place),
        wire_(wire),
        experiment_(config::load_experiment(options.experiment)),
        policy_(config::load_policy(options.policy)),
        log_(options.out, policy_.site.name + ".part" + std::to_string(place.part + 1)),
        run_{.policy = &policy_,
             .experiment = &experiment_,
             .run_id = run_id_of(options.out),
             .threads = options.threads,
             .ranks = &wire} {}

  ExitCode serve() {
    try {
      auto loaded =
          data::load(policy_.source, policy_.file.parent_path(), experiment_.schema,
                     {.column = policy_.unit_column, .max_rows = policy_.max_rows, .order = policy_.unit_order},
                     {place_.part, place_.parts});
      log_.write("loaded", {{"rows_of_this_part", std::to_string(loaded.table.rows())}});
      return site::serve_part(run_, std::move(loaded)) ? ExitCode::ok : ExitCode::peer;
    } catch (const std::exception& error) {
      log_.write("ended", {{"reason", error.what()}});
      // Where the data is private, when a rank fails is so too: the first rank speaks for the site, at a public tick.
      if (policy_.data_class == config::DataClass::public_data) {
        tell("fedloom-site [" + policy_.site.name + ", part " + std::to_string(place_.part + 1) + " of " +
             std::to_string(place_.parts) + "]: " + error.what());
      }
      give_up(wire_);
      return ExitCode::peer;
    }
  }

 private:
  transport::Place place_;
  boundary::SiteInternalWire& wire_;
  config::Experiment experiment_;
  config::SitePolicy policy_;
  site::SiteLog log_;
  site::SiteRun run_;
};

}  // namespace

ExitCode serve_part(const ServeOptions& options, const transport::Place& place, transport::MpiTransport& transport) {
  auto& wire = *transport.site_ranks();
  ExitCode code = ExitCode::peer;
  try {
    code = PartServer(options, place, wire).serve();
  } catch (...) {
    give_up(wire);
    sleep_until(monotonic_now() + others_leave_first);
    throw;
  }
  if (code != ExitCode::ok) sleep_until(monotonic_now() + others_leave_first);
  return code;
}

}  // namespace fedloom::apps
