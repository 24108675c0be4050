#pragma once
// Mechanisms as curves of Rényi divergence, their composition, and (ε, δ).

#include <span>
#include <variant>
#include <vector>

#include "fedloom/privacy/event.hpp"

namespace fedloom::privacy {

using Event = std::variant<GaussianEvent, ExponentialEvent, CuratorEvent, OpenedEvent>;

/// τ of Kairouz, Liu & Steinke 2021 (arXiv 2102.06387, Prop. 14), σ in grid units:
/// 10·Σ_{k=1}^{m−1} exp(−2π²σ²k/(k+1)). 0 for m = 1.
double tau(double sigma_grid, std::uint32_t contributors);

/// ρ of one event, rounded up: Gaussian ½(Δ₂/(√m·σ) + τ√d)² (ibid.; Canonne, Kamath & Steinke 2020 for m = 1);
/// exponential mechanism ε²/8 (Cesar & Rogers 2021); a curator's own ρ; nothing of what was opened to it.
Rho rho(const Event& event);

/// Exact totals for a curator: its CuratorEvent, then at least one OpenedEvent, and nothing else.
bool is_handover(std::span<const Event> events);

/// Rényi divergence of order α > 1, rounded up. At most rho(event)·α.
double renyi(const Event& event, double alpha);

/// Composition: a linear part ρ·α and a sum over a fixed grid of orders.
class Curve {
 public:
  Curve();
  void add(const Event& event);
  void add(const Curve& other);
  Rho rho() const noexcept { return rho_; }
  double renyi(std::size_t order_index) const;
  static std::span<const double> orders();
  /// Tightest ε at δ that ρ and the grid allow.
  Epsilon epsilon(Delta delta) const;

 private:
  Rho rho_;
  std::vector<double> renyi_;
};

/// Tight conversions of ρ-zCDP (Canonne, Kamath & Steinke 2020, Cor. 13; docs/privacy.md).
double delta_of(Rho rho, Epsilon epsilon);  ///< upper bound
Epsilon epsilon_of(Rho rho, Delta delta);   ///< upper end
Rho rho_of(Epsilon epsilon, Delta delta);   ///< lower end: never gives more than (ε, δ) allows

}  // namespace fedloom::privacy
