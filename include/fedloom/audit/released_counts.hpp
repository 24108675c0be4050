#pragma once
// This build's own way from rows to a released count, to be put on trial: rows are read and clipped, counted, given
// noise by each site, sealed, summed and opened by the code of a run, in this process, with throw-away keys.

#include <filesystem>
#include <memory>

#include "fedloom/audit/mechanism_audit.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::audit {

/// What of an experiment matters to one of its counts.
struct AuditedCount {
  privacy::NoiseScale site_noise;  ///< as the experiment's plan has it
  std::uint32_t honest_sites = 1;  ///< m = n − t: the adversary knows the noise of all others, and takes it off
  std::uint32_t max_rows = 1;      ///< rows of one entity that count at a site …
  std::uint32_t max_sites = 1;     ///< … and sites that may know it, at most `honest_sites`
};
/// Exact: m discrete Gaussians of σ ≥ 4 grid units are one of m times the variance but for a relative 1e-60 (Kairouz,
/// Liu & Steinke 2021, Prop. 14), and grid_bits makes σ at least 4.
MechanismClaim claim_of(const AuditedCount& count);

/// The worst-case entity brings three rows more than may count at each of its sites, so that a missing clip shows.
class ReleasedCounts final : public AuditedMechanism {
 public:
  /// `scratch`: an empty folder for tables and state; the caller removes it.
  ReleasedCounts(const AuditedCount& count, std::filesystem::path scratch);
  ~ReleasedCounts() override;
  /// Throws what a run throws.
  std::vector<double> release(const std::vector<bool>& present) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fedloom::audit
