// trust: central — the single owner's run: curator, loop and outputs in one process.

#include "fedloom/base/check.hpp"
#include "fedloom/coordinator/conduct.hpp"
#include "fedloom/privacy/secure_random.hpp"
#include "fedloom/report/report.hpp"
#include "fedloom/site/audit_log.hpp"
#include "fedloom/site/curator.hpp"
#include "fedloom/site/receipt.hpp"
#include "fedloom/train/libtorch.hpp"
#include "launcher.hpp"
#include "program.hpp"
#include "progress.hpp"

namespace fedloom::apps {
namespace {

class CentralSource final : public coordinator::MeasurementSource {
 public:
  CentralSource(site::Curator& curator, const site::SiteRun& run)
      : curator_(curator), run_(run), domain_(run.experiment->schema.domain()) {}

  privacy::Rho booked() const override { return curator_.booked(); }
  bool holds(const boundary::RoundPlan& plan) const override { return curator_.holds(plan); }

  std::variant<coordinator::Measured, coordinator::LostRound> measure(const boundary::RoundPlan& plan) override {
    coordinator::PublicSpend spent{.round = plan.round,
                                   .kind = curator_.holds(plan) ? "reuse" : "spend",
                                   .stage = plan.stage,
                                   .events = boundary::events_of(plan, domain_)};
    return coordinator::Measured{curator_.measure(plan), 1, std::move(spent)};
  }

  std::size_t select(const coordinator::SelectStep& step, coordinator::PublicSpend& spent) override {
    spent = {.round = step.round, .kind = "spend", .stage = "select", .events = {step.event}};
    return curator_.select(step.round, step.candidates, step.event, step.coarsening);
  }

  coordinator::ClosedBooks close(bool finished, const std::vector<coordinator::PublicSpend>& public_ledger) override {
    if (finished) curator_.close_books();
    const std::vector<secagg::SiteHead> heads{{run_.key->public_key(), curator_.head()}};
    const secagg::RunContext context{.run_id = run_.run_id, .config_hash = run_.experiment->hash()};
    const Digest closing = secagg::closing_hash(heads, privacy::public_ledger_hash(public_ledger));
    return {.heads = heads, .goodbyes = {secagg::make_goodbye(*run_.key, context, 0, closing)}};
  }

 private:
  site::Curator& curator_;
  const site::SiteRun& run_;
  const schema::Domain& domain_;
};

/// The owner's audit log and receipt of one run.
class Books {
 public:
  explicit Books(const site::SiteRun& run) : run_(run), audit_(*run.policy, *run.key) {
    site::keep_experiment(*run.policy, *run.experiment, run.run_id);
    const std::string experiment = "experiment " + run.experiment->name + ", hash " + to_hex(run.experiment->hash());
    audit_.write({.kind = site::AuditKind::joined, .run = run.run_id, .reason = experiment});
  }
  /// Nothing is ever sent where there is one owner.
  void close(site::AuditKind kind, const std::string& reason) {
    audit_.write({.kind = kind, .run = run_.run_id, .reason = reason, .rho = {}, .sent = site::Sent{}});
    const bool has_ledger = std::filesystem::exists(run_.policy->state / run_.policy->data_set / "ledger");
    if (has_ledger) site::write_receipt(*run_.policy, *run_.key, run_.run_id, audit_);
  }
  /// While an exception is on its way, which tells more than another one would.
  void close_for(const std::exception& error) noexcept {
    try {
      close(kind_of(error), error.what());
    } catch (const std::exception& second) {
      // The same damage is told once, by who catches it.
      if (std::string_view(second.what()) == error.what()) return;
      tell(std::string("fedloom: the run's end is not in the site's books: ") + second.what());
    }
  }

 private:
  static site::AuditKind kind_of(const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    if (known == nullptr) return site::AuditKind::aborted;
    switch (known->code()) {
      case ExitCode::interrupted:
        return site::AuditKind::stopped;
      case ExitCode::refused:
      case ExitCode::budget:
        return site::AuditKind::refused;
      default:
        return site::AuditKind::aborted;
    }
  }

  const site::SiteRun& run_;
  site::AuditLog audit_;
};

coordinator::RunResult conduct(const site::SiteRun& run, coordinator::RunFolder& folder, site::SiteLog& log,
                               Progress& progress, bool gpu) {
  const auto& policy = *run.policy;
  auto loaded = data::load(policy.source, policy.file.parent_path(), run.experiment->schema,
                           {.column = policy.unit_column, .max_rows = policy.max_rows, .order = policy.unit_order});
  site::Curator curator(run, std::move(loaded), log);
  CentralSource source(curator, run);
  progress.start(run.run_id);
  return coordinator::conduct(*run.experiment, folder, source,
                              {.on_round = [&](const auto& record) { progress.round(record); },
                               .on_note = [&](const auto& text) { progress.note(text); },
                               .stop = &stop_flag(),
                               .compute = {.gpu = gpu}});
}

}  // namespace

void run_central(const config::Experiment& experiment, const LaunchOptions& options) {
  if (options.resources.per_site != 1 || options.resources.coordinator != 1) {
    throw UsageError("trust: central runs in one process, which has no ranks",
                     "leave out --ranks-per-site and --coordinator-ranks");
  }
  coordinator::require_formats(experiment);
  catch_stop_signals();
  if (options.resources.gpu) train::require_gpu();
  train::set_threads(0);
  const auto policy = config::load_policy(find_policies(experiment, options.sites).front());
  const auto key = SigningKey::load(policy.key);
  Progress progress(experiment, options.resources.live);
  auto folder = options.resume ? coordinator::RunFolder::reopen(options.out, experiment)
                               : coordinator::RunFolder::create(options.out, experiment);
  site::SiteLog log(folder.root(), policy.site.name);
  privacy::SecureRandom random;
  const site::SiteRun run{
      .policy = &policy, .experiment = &experiment, .key = &key, .run_id = folder.run_id(), .random = &random};
  Books books(run);
  const auto result = [&] {
    try {
      return conduct(run, folder, log, progress, options.resources.gpu);
    } catch (const std::exception& error) {
      books.close_for(error);
      throw;
    }
  }();
  books.close(site::AuditKind::finished, "");
  report::write_report(folder.public_folder());
  progress.finish(result, folder.root());
}

}  // namespace fedloom::apps
