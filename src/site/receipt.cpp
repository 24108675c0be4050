#include "fedloom/site/receipt.hpp"

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::site {
namespace fs = std::filesystem;

namespace {

fs::path run_folder(const config::SitePolicy& policy, const std::string& run) {
  return policy.state / policy.data_set / "runs" / run;
}

/// A run's id is a folder's name: nothing that leads elsewhere.
bool is_run_id(const std::string& run) {
  return !run.empty() && run != "." && run != ".." && run.find('/') == std::string::npos;
}

}  // namespace

void keep_experiment(const config::SitePolicy& policy, const config::Experiment& experiment, const std::string& run) {
  const fs::path folder = run_folder(policy, run) / "experiment";
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw EnvironmentError(folder.string(), "cannot be created: " + error.message(),
                           "check the policy's `state` folder and the disk");
  }
  config::write_resolved(experiment, folder);
}

Receipt gather_receipt(const config::SitePolicy& policy, const PublicKey& key, const std::string& run,
                       const std::string& time) {
  const fs::path experiment = run_folder(policy, run) / "experiment" / "config.resolved.yaml";
  if (!is_run_id(run) || !fs::exists(experiment)) {
    throw UsageError(
        "site " + policy.site.name + " keeps nothing of a run '" + run + "' on data set " + policy.data_set,
        "name a run of this policy's data set: `fedloom-site audit " + policy.file.string() + "` lists them");
  }
  Receipt receipt{.run = run,
                  .time = time,
                  .policy = policy,
                  .experiment = config::load_experiment(experiment),
                  .head = {},
                  .spent_by_run = {},
                  .spent_by_all = {},
                  .entries = {},
                  .events = {}};
  auto ledger = privacy::verify_ledger(policy.state / policy.data_set / "ledger", key, {});
  receipt.head = ledger.head;
  for (auto& entry : ledger.entries) {
    receipt.spent_by_all.value += entry.cost.value;
    if (entry.run != run) continue;
    receipt.spent_by_run.value += entry.cost.value;
    receipt.entries.push_back(std::move(entry));
  }
  for (auto& line : verify_audit(audit_folder(policy), key).lines) {
    if (line.event.run == run) receipt.events.push_back(std::move(line));
  }
  return receipt;
}

fs::path write_receipt(const config::SitePolicy& policy, const SigningKey& key, const std::string& run, AuditLog& audit,
                       const privacy::Ledger::Timestamp& now) {
  const Receipt receipt = gather_receipt(policy, key.public_key(), run, now());
  const fs::path file = run_folder(policy, run) / "receipt.html";
  write_atomically(file, receipt_html(receipt), 0600);
  audit.write({.kind = AuditKind::receipt, .run = run});
  return file;
}

}  // namespace fedloom::site
