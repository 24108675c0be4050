#pragma once
// That a run's released measurements and its public ledger tell the same story, without any data.

#include <filesystem>
#include <vector>

#include "fedloom/boundary/measurement.hpp"
#include "fedloom/config/config.hpp"
#include "fedloom/privacy/public_spend.hpp"

namespace fedloom::coordinator {

/// Every measurement has an entry ("spend") of its round that paid for it, with its sensitivity, its length, its grid
/// and its noise, and every Gaussian mechanism of such an entry has its measurement. Entries that are free or lost
/// have none. Nothing here can tell whether a measurement's *values* are those that were released: no site knows the
/// sums. Throws LedgerError naming `file`, the round, and what does not fit.
void check_payments(const std::vector<privacy::PublicSpend>& spends,
                    const std::vector<boundary::Measurement>& measurements, const config::Experiment& experiment,
                    const std::filesystem::path& file);

}  // namespace fedloom::coordinator
