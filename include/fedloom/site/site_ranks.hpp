#pragma once
// A site as several ranks: each holds a part of the rows, split by entity, and counts it when the first rank asks. Only
// the first rank has the key, the ledger and the stored shares, draws noise and speaks to the coordinator.

#include "fedloom/site/plan_answerer.hpp"

namespace fedloom::site {

/// First rank: waits until every other rank has loaded its part. Nothing to do where the site is one rank. Throws
/// EnvironmentError when one was lost, serves another policy, experiment or run, or read other rows than this one
/// (`all_rows`: of data::Loaded): its counts must not be added.
void await_parts(const SiteRun& run, const Digest& all_rows);

/// First rank: sends the others home; `well`: the run came to a good end here.
void dismiss_parts(const SiteRun& run, bool well) noexcept;

/// Every other rank: counts its part until it is sent home; gives what dismiss_parts was told. Throws EnvironmentError
/// when the first rank is lost, or is silent for longer than a run can be.
bool serve_part(const SiteRun& run, data::Loaded&& part);

}  // namespace fedloom::site
