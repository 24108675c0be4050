#pragma once
// One site may run as several ranks, each with a part of its rows. Here their counts become the site's counts, before
// anything is noised. What goes between them is RAW: as private as the rows.
//
// Why this is no way out: SiteInternalReducer gives nothing but RawCounts, which only Releaser reads, and speaks over
// a SiteInternalWire only, whose two ends are programs of one site that have shown each other the same policy
// (site/site_ranks.hpp). Only the files that tests/structure/check_modules.py lists may include this header: a wire to
// anybody else would have to be written there. docs/decisions/0012-ranks-of-one-site.md has the reasons.

#include <cstdint>
#include <optional>
#include <vector>

#include "fedloom/base/bytes.hpp"
#include "fedloom/base/clock.hpp"
#include "fedloom/boundary/raw.hpp"

namespace fedloom::boundary {

/// Carries bytes between the ranks of ONE site, in a star around its first rank (rank 0), and to nobody else.
class SiteInternalWire {
 public:
  struct Arrival {
    unsigned from = 0;
    Bytes bytes;
  };
  virtual ~SiteInternalWire() = default;
  virtual unsigned rank() const = 0;
  virtual unsigned size() const = 0;
  /// Never empty. At most `max_message` bytes.
  virtual void send_inside_this_site(unsigned to, Bytes bytes) = 0;
  /// The next message, in order of each sender; nothing when none has come until `deadline`. Throws EnvironmentError
  /// when a rank that this one has to do with is lost, or has given up.
  virtual std::optional<Arrival> receive(Instant deadline) = 0;
  /// Tells the first rank that nothing more will come from this one.
  virtual void give_up() noexcept = 0;
  static constexpr std::size_t max_message = std::size_t{16} << 20;
};

/// Which count of a run, from 1: a part answers one only.
using CountNumber = std::uint64_t;

/// Beside Releaser the only reader of raw counts.
class SiteInternalReducer {
 public:
  explicit SiteInternalReducer(SiteInternalWire& wire) : wire_(&wire) {}

  /// At the site's first rank: its own part plus that of each other rank, each of them once. Integers, so that the
  /// result is the same bit for bit however the rows were split. Throws EnvironmentError when a part is lost, is not
  /// whole by `deadline`, comes twice, or answers something else.
  std::vector<RawCounts> add_the_parts_of_this_site(std::vector<RawCounts>&& own, CountNumber number,
                                                    Instant deadline) const;
  /// At every other rank.
  void hand_part_to_this_sites_first_rank(std::vector<RawCounts>&& part, CountNumber number) const;

 private:
  SiteInternalWire* wire_;
};

}  // namespace fedloom::boundary
