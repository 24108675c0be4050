// fedloom-site serve: takes part in one run under mpirun.

#include <CLI/CLI.hpp>

#include "fedloom/config/config.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/site/audit_log.hpp"
#include "fedloom/site/counting_transport.hpp"
#include "fedloom/site/receipt.hpp"
#include "fedloom/site/site_ranks.hpp"
#include "fedloom/site/site_runner.hpp"
#include "fedloom/transport/mpi.hpp"
#include "program.hpp"
#include "site_commands.hpp"
#include "site_part.hpp"
#include "world.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

constexpr Millis coordinator_leaves_first{500};

class Server {
 public:
  Server(const ServeOptions& options, const transport::Place& place, transport::MpiTransport& transport)
      : part_{place.part, place.parts},
        transport_(transport),
        experiment_(config::load_experiment(options.experiment)),
        policy_(config::load_policy(options.policy)),
        log_(options.out, policy_.site.name),
        key_(SigningKey::load(policy_.key)),
        run_{.policy = &policy_,
             .experiment = &experiment_,
             .key = &key_,
             .run_id = run_id_of(options.out),
             .random = &random_,
             .threads = options.threads,
             .ranks = transport.site_ranks()} {}

  /// To the end of the run, for all ranks of the site.
  ExitCode serve() {
    const ExitCode code = serve_first();
    site::dismiss_parts(run_, code == ExitCode::ok || code == ExitCode::interrupted);
    return code;
  }

 private:
  ExitCode serve_first() {
    require_roster(experiment_);
    check_world(*experiment_.roster, transport_);
    try {
      run_.audit = &audit_.emplace(policy_, key_);
    } catch (const std::exception& error) {
      return withdraw(error);
    }
    if (const auto refusal = site::check_before_joining(run_)) return refuse(*refusal, ExitCode::refused);
    return take_part();
  }

  void tell_here(const std::string& text) const { tell("fedloom-site [" + policy_.site.name + "]: " + text); }

  /// What a shared terminal may show of a site with private data: who, and a public code. The reason is in its log.
  void say(const std::string& code, const std::string& detail) const {
    const bool may_show = policy_.data_class == config::DataClass::public_data;
    tell_here(code + (may_show ? ": " + detail : "; the custodian finds the reason in " + log_.path().string()));
  }

  /// On disk when it returns; throws when it cannot be. `ends`: with what has left this site.
  void audit(site::AuditKind kind, const std::string& reason, bool ends = false) {
    audit_->write({.kind = kind,
                   .run = run_.run_id,
                   .reason = reason,
                   .rho = {},
                   .sent = ends ? std::optional(transport_.sent()) : std::nullopt});
  }

  /// For the end of a run, which a full disk must not change: this site's own log has the reason in any case.
  void audit_if_possible(site::AuditKind kind, const std::string& reason, bool ends) {
    if (!audit_) return;
    try {
      audit(kind, reason, ends);
    } catch (const std::exception& error) {
      log_.write("no_audit_entry", {{"reason", error.what()}});
    }
  }

  ExitCode refuse(const site::Refusal& refusal, ExitCode code) {
    log_.write("refused", {{"reason", refusal.reason}});
    audit_if_possible(site::AuditKind::refused, refusal.reason, false);
    say(std::string("refused (") + secagg::name_of(refusal.code) + ")", refusal.reason);
    site::refuse_to_join(run_, refusal.code, transport_);
    return code;
  }

  void log_load(const data::LoadReport& report) {
    log_.write("loaded",
               {{"rows", std::to_string(report.rows_read)}, {"rows_clipped", std::to_string(report.rows_clipped)}});
    for (const auto& column : report.columns) {
      log_.write("column", {{"name", column.name},
                            {"other", std::to_string(column.other)},
                            {"clipped", std::to_string(column.clipped)},
                            {"missing", std::to_string(column.missing)}});
    }
  }

  /// A failure here depends on rows or on this site's disk: the others learn only that the site withdrew.
  ExitCode take_part() {
    std::optional<site::PlanAnswerer> answerer;
    try {
      auto loaded =
          data::load(policy_.source, policy_.file.parent_path(), experiment_.schema,
                     {.column = policy_.unit_column, .max_rows = policy_.max_rows, .order = policy_.unit_order}, part_);
      log_load(loaded.report);
      site::await_parts(run_, loaded.all_rows);
      answerer.emplace(run_, std::move(loaded), log_);
    } catch (const std::exception& error) {
      site::wait_for_join_tick(experiment_, started_);
      return withdraw(error);
    }
    if (const auto refusal = answerer->check_lifetime()) return refuse(*refusal, ExitCode::budget);
    const ExitCode code = join(*answerer);
    hand_out_receipt();
    return code;
  }

  ExitCode join(site::PlanAnswerer& answerer) {
    try {
      site::keep_experiment(policy_, experiment_, run_.run_id);
      audit(site::AuditKind::joined, "experiment " + experiment_.name + ", hash " + to_hex(experiment_.hash()));
      const auto result = site::run_site(run_, answerer, log_, transport_, stop_flag(), started_);
      audit_if_possible(site::audit_kind(result), result.reason, true);
      return outcome(result);
    } catch (const PeerError& error) {
      audit_if_possible(site::AuditKind::aborted, error.what(), true);
      tell_here(error.what());
      return error.code();
    } catch (const std::exception& error) {
      return withdraw(error);
    }
  }

  /// The run is over: what goes wrong with its receipt does not change how it ended.
  void hand_out_receipt() {
    try {
      log_.write("receipt", {{"file", site::write_receipt(policy_, key_, run_.run_id, *audit_).string()}});
    } catch (const std::exception& error) {
      log_.write("no_receipt", {{"reason", error.what()}});
      say("wrote no receipt", error.what());
    }
  }

  /// Tells the others, and a shared terminal, no more than that. The exit code is seen by whoever started mpirun: which
  /// kind of failure it was is private too.
  ExitCode withdraw(const std::exception& error) {
    log_.write("withdrew", {{"reason", error.what()}});
    say("withdrew", error.what());
    site::refuse_to_join(run_, secagg::RefusalCode::withdrew, transport_);
    audit_if_possible(site::AuditKind::withdrew, error.what(), true);
    if (policy_.data_class == config::DataClass::private_data) return ExitCode::refused;
    const auto* known = dynamic_cast<const Error*>(&error);
    return known != nullptr ? known->code() : ExitCode::environment;
  }

  ExitCode outcome(const site::SiteResult& result) const {
    switch (result.outcome) {
      case site::SiteOutcome::finished:
        return ExitCode::ok;
      case site::SiteOutcome::stopped:
        return ExitCode::interrupted;
      case site::SiteOutcome::aborted:
        break;
    }
    if (stop_flag().load()) return ExitCode::interrupted;
    // The reason of an abort is public: it came from the coordinator, or goes to it.
    tell_here(result.reason);
    if (result.refusal) return code_of(*result.refusal);
    // mpirun gives the code of the first process that fails: let that be the one that knows the cause.
    sleep_until(monotonic_now() + coordinator_leaves_first);
    return ExitCode::peer;
  }

  static ExitCode code_of(secagg::RefusalCode refusal) {
    const bool budget = refusal == secagg::RefusalCode::budget_run || refusal == secagg::RefusalCode::budget_lifetime;
    return budget ? ExitCode::budget : ExitCode::refused;
  }

  data::Part part_;
  site::CountingTransport transport_;
  Instant started_ = monotonic_now();
  config::Experiment experiment_;
  config::SitePolicy policy_;
  site::SiteLog log_;
  SigningKey key_;
  std::optional<site::AuditLog> audit_;  ///< none when it could not be opened: the site then only withdraws
  privacy::SecureRandom random_;
  site::SiteRun run_;
};

ExitCode serve(const ServeOptions& options, int& argc, char**& argv) {
  catch_stop_signals();
  const auto place = place_of(fs::absolute(options.policy).lexically_normal().string(), options.part);
  auto transport = transport::MpiTransport::start(argc, argv, {}, place);
  try {
    const ExitCode code =
        place.part == 0 ? Server(options, place, *transport).serve() : serve_part(options, place, *transport);
    if (code != ExitCode::ok && code != ExitCode::interrupted) transport->mark_failed();
    return code;
  } catch (...) {
    transport->mark_failed();
    throw;
  }
}

}  // namespace

void add_serve(CLI::App& app, int& argc, char**& argv) {
  auto* command = app.add_subcommand("serve", "Take part in one run, under mpirun");
  auto options = std::make_shared<ServeOptions>();
  command->add_option("policy", options->policy, "This site's policy file")->required();
  command->add_option("experiment", options->experiment, "The experiment, as the lead sent it")->required();
  command->add_option("--out", options->out, "The run's folder; its name is the run's id, the same for all")
      ->required();
  command->add_option("--threads", options->threads, "Threads for counting (default: one per core)");
  command->add_option("--part", options->part,
                      "I/K: this is rank I of a site of K ranks, each of which counts a part of the rows");
  command->footer(
      "Example:\n  mpirun -n 1 fedloom-coordinator run adult.yaml --out runs/adult-1 \\\n"
      "       : -n 1 fedloom-site serve sites/young.policy.yaml adult.yaml --out runs/adult-1 …");
  command->callback([options, &argc, &argv] {
    const ExitCode code = serve(*options, argc, argv);
    if (code != ExitCode::ok) throw CLI::RuntimeError(static_cast<int>(code));
  });
}

}  // namespace fedloom::apps
