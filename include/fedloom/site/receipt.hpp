#pragma once
// One page for the custodian after a run this site took part in: what was asked, by whom, at what cost, what left. Made
// from the site's own books alone (ledger, audit log, the experiment kept at joining), so that it can be made again at
// any time. It may quote reasons that depend on rows: it stays at the site.
//
//   <state>/<data_set>/runs/<run>/experiment/    the experiment as it was joined: public
//   <state>/<data_set>/runs/<run>/receipt.html   mode 0600

#include <filesystem>
#include <string>

#include "fedloom/config/config.hpp"
#include "fedloom/privacy/ledger.hpp"
#include "fedloom/site/audit_log.hpp"

namespace fedloom::site {

/// Keeps what the run was, for the receipt. Throws EnvironmentError.
void keep_experiment(const config::SitePolicy& policy, const config::Experiment& experiment, const std::string& run);

struct Receipt {
  std::string run;
  std::string time;  ///< UTC, of writing
  config::SitePolicy policy;
  config::Experiment experiment;
  privacy::LedgerHead head;
  privacy::Rho spent_by_run, spent_by_all;
  std::vector<privacy::LedgerEntry> entries;  ///< of the run
  std::vector<AuditLine> events;              ///< of the run
};
/// Reads and verifies the books. Throws LedgerError (damage), UsageError (no such run here), ConfigError.
Receipt gather_receipt(const config::SitePolicy& policy, const PublicKey& key, const std::string& run,
                       const std::string& time);

/// A whole page, self-contained, every text escaped. The same receipt gives the same bytes.
std::string receipt_html(const Receipt& receipt);

/// Gathers, writes, notes it in the audit log; gives the file.
std::filesystem::path write_receipt(const config::SitePolicy& policy, const SigningKey& key, const std::string& run,
                                    AuditLog& audit, const privacy::Ledger::Timestamp& now = utc_timestamp);

}  // namespace fedloom::site
