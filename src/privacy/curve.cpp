#include "fedloom/privacy/curve.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "fedloom/base/check.hpp"
#include "rounding.hpp"

namespace fedloom::privacy {
namespace {

using boost::multiprecision::cpp_int;

constexpr double infinity = std::numeric_limits<double>::infinity();
/// Covers the rounding of the few operations (exp, sqrt, sums) in a τ term, which is small beside the rest.
constexpr double tau_margin = 1 + 1e-11;

constexpr std::array<double, 45> order_grid{1.01, 1.02, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4,  1.5, 1.6, 1.75, 2,
                                            2.25, 2.5,  2.75, 3,   3.5,  4,   4.5, 5,    6,   7,   8,    9,
                                            10,   12,   14,   16,  18,   20,  24,  28,   32,  40,  48,   56,
                                            64,   80,   100,  128, 192,  256, 512, 1024, 4096};

/// ½·(Δ₂/(√m·σ))², rounded up: exact integers until the last step.
double gaussian_part(const GaussianEvent& event) {
  const NoiseScale& noise = event.site_noise;
  cpp_int num = event.sensitivity.squared;
  num <<= 2U * noise.grid_bits + noise.variance_shift;
  cpp_int den = noise.variance_num;
  den *= event.contributors;
  den *= 2;
  return quotient_up(num, den);
}

/// τ of the event, rounded up; above zero whenever the noise is a sum, even where exp() underflows.
double tau_up(const GaussianEvent& event) {
  if (event.contributors == 1) return 0;
  return tau(std::sqrt(event.site_noise.variance_grid()), event.contributors) * tau_margin +
         std::numeric_limits<double>::min();
}

double epsilon_up(const ExponentialEvent& event) {
  cpp_int den = 1;
  den <<= event.epsilon_shift;
  return quotient_up(event.epsilon_num, den);
}

void check(const GaussianEvent& event) {
  FEDLOOM_CHECK(event.contributors >= 1);
  FEDLOOM_CHECK(event.site_noise.variance_num > 0);
}

double rho_value(const GaussianEvent& event) {
  check(event);
  const double gaussian = gaussian_part(event);
  if (event.contributors == 1) return gaussian;
  // ½(a + b)² = ½a² + ab + ½b² with a = Δ₂/(√m·σ), b = τ√d.
  const double a = std::sqrt(2 * gaussian);
  const double b = tau_up(event) * std::sqrt(static_cast<double>(event.dimension));
  return add_up(gaussian, (a * b + b * b / 2) * tau_margin);
}

double rho_value(const ExponentialEvent& event) {
  cpp_int num = event.epsilon_num;
  num *= event.epsilon_num;
  cpp_int den = 8;
  den <<= 2U * event.epsilon_shift;
  return quotient_up(num, den);
}

double rho_value(const CuratorEvent& event) {
  cpp_int den = 1;
  den <<= event.rho_shift;
  return quotient_up(event.rho_num, den);
}

double rho_value(const OpenedEvent&) { return 0; }

double renyi_value(const CuratorEvent& event, double alpha) { return multiply_up(rho_value(event), alpha); }

double renyi_value(const OpenedEvent&, double) { return 0; }

double renyi_value(const GaussianEvent& event, double alpha) {
  const double linear = multiply_up(rho_value(event), alpha);
  if (event.contributors == 1) return linear;
  // KLS 2021, first bound: α·Δ₂²/(2mσ²) + τ·d.
  const double shifted = tau_up(event) * static_cast<double>(event.dimension) * tau_margin;
  return std::min(linear, add_up(multiply_up(gaussian_part(event), alpha), shifted));
}

double renyi_value(const ExponentialEvent& event, double alpha) {
  // Pure ε-DP bounds every order by ε.
  return std::min(multiply_up(rho_value(event), alpha), epsilon_up(event));
}

/// log δ at order α = 1 + a of a mechanism with D_α ≤ divergence, plus a bound on its rounding error.
/// log δ = a·(D_α − ε) − α·log(1 + 1/a) − log a   (Canonne, Kamath & Steinke 2020, Prop. 12)
double log_delta_up(double a, double divergence, double epsilon) {
  const double shrink = (1 + a) * std::log1p(1 / a);
  const double log_delta = a * (divergence - epsilon) - shrink - std::log(a);
  const double size = a * (divergence + epsilon) + shrink + std::abs(std::log(a));
  return log_delta + 8 * std::numeric_limits<double>::epsilon() * size;
}

/// α − 1 at the minimum of log δ: the root of (2α − 1)ρ − ε + log(1 − 1/α), which grows in α.
/// Any order is valid, so an inexact root only loosens the bound.
double best_order_less_one(double rho, double epsilon) {
  double low = 1e-12;
  double high = std::min((epsilon + 1) / (2 * rho) + 2, 1e300);
  for (;;) {
    const double a = low + (high - low) / 2;
    if (a <= low || a >= high) return high;
    (((2 * a + 1) * rho - epsilon - std::log1p(1 / a) < 0) ? low : high) = a;
  }
}

}  // namespace

double tau(double sigma_grid, std::uint32_t contributors) {
  double sum = 0;
  for (std::uint32_t k = 1; k < contributors; ++k) {
    const double share = static_cast<double>(k) / (static_cast<double>(k) + 1);
    sum += std::exp(-2 * std::numbers::pi * std::numbers::pi * sigma_grid * sigma_grid * share);
  }
  return 10 * sum;
}

CuratorEvent curator_event(Rho rho) {
  constexpr int digits = std::numeric_limits<double>::digits;
  constexpr int most_shift = 128;
  FEDLOOM_CHECK(rho.value >= 0 && rho.value < 0x1p53);
  // Exact for all but the smallest ρ, which are rounded down.
  const int shift = std::clamp(digits - 1 - (rho.value > 0 ? std::ilogb(rho.value) : 0), 0, most_shift);
  return {.rho_num = static_cast<std::uint64_t>(std::floor(std::ldexp(rho.value, shift))),
          .rho_shift = static_cast<std::uint8_t>(shift)};
}

Rho rho(const Event& event) {
  return std::visit([](const auto& e) { return Rho{rho_value(e)}; }, event);
}

bool is_handover(std::span<const Event> events) {
  const auto opened = [](const Event& event) { return std::holds_alternative<OpenedEvent>(event); };
  return events.size() > 1 && std::holds_alternative<CuratorEvent>(events.front()) &&
         std::ranges::all_of(events.subspan(1), opened);
}

double renyi(const Event& event, double alpha) {
  FEDLOOM_CHECK(alpha > 1);
  return std::visit([alpha](const auto& e) { return renyi_value(e, alpha); }, event);
}

Curve::Curve() : renyi_(order_grid.size(), 0.0) {}

void Curve::add(const Event& event) {
  rho_.value = add_up(rho_.value, privacy::rho(event).value);
  for (std::size_t i = 0; i < renyi_.size(); ++i) {
    renyi_[i] = add_up(renyi_[i], privacy::renyi(event, order_grid[i]));
  }
}

void Curve::add(const Curve& other) {
  rho_.value = add_up(rho_.value, other.rho_.value);
  for (std::size_t i = 0; i < renyi_.size(); ++i) renyi_[i] = add_up(renyi_[i], other.renyi_[i]);
}

double Curve::renyi(std::size_t order_index) const { return renyi_.at(order_index); }

std::span<const double> Curve::orders() { return order_grid; }

Epsilon Curve::epsilon(Delta delta) const {
  Epsilon best = epsilon_of(rho_, delta);
  if (!(delta.value > 0)) return best;
  for (std::size_t i = 0; i < renyi_.size(); ++i) {
    const double a = order_grid[i] - 1;
    // log_delta_up is linear in ε with slope −a: solved at ε = 0, then made safe against rounding.
    const double at_zero = log_delta_up(a, renyi_[i], 0);
    const double epsilon = (at_zero - std::log(delta.value)) / a * (1 + 1e-14);
    best = std::min(best, Epsilon{std::max(epsilon, 0.0)});
  }
  return best;
}

double delta_of(Rho rho, Epsilon epsilon) {
  FEDLOOM_CHECK(rho.value >= 0 && epsilon.value >= 0);
  if (rho.value == 0) return 0;
  const double a = best_order_less_one(rho.value, epsilon.value);
  return std::min(1.0, std::exp(log_delta_up(a, (1 + a) * rho.value, epsilon.value)));
}

Epsilon epsilon_of(Rho rho, Delta delta) {
  FEDLOOM_CHECK(rho.value >= 0 && delta.value >= 0);
  if (rho.value == 0 || delta.value >= 1) return {0};
  if (delta.value == 0) return {infinity};
  if (delta_of(rho, {0}) <= delta.value) return {0};
  double low = 0;
  // Bun & Steinke's looser bound, a little widened, brackets the answer.
  double high = (rho.value + 2 * std::sqrt(-rho.value * std::log(delta.value))) * (1 + 1e-9);
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return {high};
    (delta_of(rho, {middle}) <= delta.value ? high : low) = middle;
  }
}

Rho rho_of(Epsilon epsilon, Delta delta) {
  FEDLOOM_CHECK(epsilon.value >= 0 && delta.value >= 0);
  if (delta.value == 0) return {0};
  double low = 0;
  double high = epsilon.value + 1;
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return {low};
    (delta_of({middle}, epsilon) <= delta.value ? low : high) = middle;
  }
}

}  // namespace fedloom::privacy
