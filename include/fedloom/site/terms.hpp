#pragma once
// What a custodian decides on and is told afterwards, in plain words: for `fedloom-site check` and the receipt. Public
// facts and this site's own ledger; nothing from rows.

#include <string>
#include <vector>

#include "fedloom/config/config.hpp"

namespace fedloom::site {

struct Term {
  std::string name;  ///< one word
  std::string text;
};

/// Columns, unit, guarantee, trust, roster, thresholds.
std::vector<Term> terms_of(const config::SitePolicy& policy, const config::Experiment& experiment);

/// Who may work together and learn nothing but totals, and how many sites the run can lose.
std::string in_words(const Quorum& quorum);

/// The lifetime budget of a data set, as ρ: what was spent by all runs, and of it by one run.
struct LifetimeSpent {
  privacy::Rho all;
  privacy::Rho by_run;
};
/// What was spent for life so far, as ε at the policy's δ.
std::string spent_in_words(const config::SitePolicy& policy, privacy::Rho all);
/// What is left for life once this run has spent all it may; of public data, that there is no limit.
std::string left_in_words(const config::SitePolicy& policy, const config::Experiment& experiment,
                          const LifetimeSpent& spent);
/// What is left for life as it is now.
std::string left_in_words(const config::SitePolicy& policy, privacy::Rho all);

}  // namespace fedloom::site
