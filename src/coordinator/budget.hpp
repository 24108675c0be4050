#pragma once
// What a step may cost, and the noise that it buys. Every figure is the cost of the noise that will be sampled.

#include <cstdint>
#include <string>
#include <vector>

#include "fedloom/boundary/plan.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::coordinator {

/// Who adds noise, and how far one entity can move a marginal.
struct Crowd {
  std::uint32_t sites = 1;         ///< n: shares added
  std::uint32_t contributors = 1;  ///< m = n − t: shares counted on
  std::uint32_t entity_rows = 1;   ///< Δ
  static Crowd of(const config::Experiment& experiment, std::uint32_t sites);
  /// Real standard deviation of a total over that of one trusted adder with Δ = 1 at the same ρ: Δ·√(n/m).
  double inflation() const;
};

/// One query and the part of what is left that it may take.
struct Share {
  schema::Query query;
  double part = 0;
};

// Parts of the whole budget that go to a first look; the rest is for what is selected.
inline constexpr double kCountPart = 0.005;
inline constexpr double kOneWayPart = 0.25;  ///< at least; one_way_part() may want more
// trust: none with kept attributes: the 1-ways ask for less, as each pair with a kept one tells two of them.
inline constexpr double kOneWayPartBesideKept = 0.15;
inline constexpr double kKeptPairsPart = 0.15;
inline constexpr double kLookPart = 0.10;
inline constexpr double kLookPartBesideScores = 0.05;  ///< trust: central
inline constexpr double kLookPartOfCodes = 0.50;       ///< where bins are the codes, and a triple is measured for good
inline constexpr double kSketchPart = 0.07;            ///< trust: none, unless the look was at codes

/// No pair to select: a product of 1-ways is all that is asked for.
bool asks_one_ways_only(const config::Experiment& experiment);

/// trust: none: K = d·clip(2·(.07/ν)^(1/3), 1, 6) cliques in batches of an eighth of d or a sixteenth of K.
struct Batches {
  std::uint32_t cliques = 0, count = 0;
};
Batches batches_for(std::size_t dimensions, double typical_noise);

/// trust: central, aggregate: T = d·clip(2·(.07/ν)^.6, 1.5, 12) picks, at most kMostPicks, as each is a round with a
/// fit of all that was measured; 90 % of a pick's cost is the measurement.
inline constexpr double kPickPartOfSelection = 0.1;
inline constexpr double kMostPicks = 300;
double picks_for(std::size_t dimensions, double typical_noise);

class Budget {
 public:
  explicit Budget(privacy::Rho total) : total_(total.value) {}
  double total() const noexcept { return total_; }
  double spent() const noexcept { return spent_; }
  /// A billionth of the total is never given out, so that another order of summation cannot pass it.
  double left() const noexcept { return total_ * (1.0 - 1e-9) - spent_; }
  /// Less than 1e-7 of the total is left: nothing more can be bought.
  bool exhausted() const noexcept { return left() < 9e-8 * total_; }
  void book(double rho) noexcept { spent_ += rho; }
  void raise_to(double booked) noexcept { spent_ = booked > spent_ ? booked : spent_; }

 private:
  double total_;
  double spent_ = 0;
};

/// A plan whose cost is at most Σ part·left, and as close to it as noise scales allow.
boundary::RoundPlan price(boundary::RoundPlan frame, const std::vector<Share>& shares, double left, const Crowd& crowd,
                          const schema::Domain& domain);

/// ε²/8 at most `rho`, ε a multiple of 2^-24 and at least that.
privacy::ExponentialEvent price_selection(double rho, std::uint64_t candidates);

/// An attribute of more codes takes no more of the budget: those too rare to tell from noise are merged anyway.
inline constexpr std::uint32_t kWidestShare = 256;
/// Shares ∝ min(n_i, 256)^(2/3), so that σ_i ∝ n_i^(−1/3), of 1-way marginals: `part` in all.
std::vector<Share> one_way_shares(const schema::Domain& domain, double part);

}  // namespace fedloom::coordinator
