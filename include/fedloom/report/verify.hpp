#pragma once
// Does what a run has published hold together: worked out again from the released files, without any data.

#include <cstdint>
#include <filesystem>

#include "fedloom/config/config.hpp"
#include "fedloom/coordinator/public_ledger.hpp"

namespace fedloom::report {

struct VerifiedRun {
  config::Experiment experiment;
  coordinator::PublicLedger ledger;
  std::uint64_t measurements = 0, values = 0;  ///< released, each paid for
  bool report = false;                         ///< there is a report.html, and it is the one the files give
};

/// Checks of a run's public folder:
///   ledger.json        signed, with these entries, by the sites of roster.yaml for this run and this experiment
///                      (config.resolved.yaml with schema.yaml); costs no more than the experiment's ε at its δ
///   measurements.jsonl each paid for by an entry and each paid entry answered (coordinator/payments.hpp)
///   metrics.json       says the same run, experiment, ε, δ and ρ
///   report.html        where there is one: byte for byte what these files give
/// Throws LedgerError: one sentence that names the file and what does not fit. Throws ConfigError where the experiment
/// itself cannot be read.
VerifiedRun verify_run(const std::filesystem::path& public_folder);

}  // namespace fedloom::report
