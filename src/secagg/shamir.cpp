#include "shamir.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "fedloom/base/check.hpp"

namespace fedloom::secagg {
namespace {

using Field = std::uint8_t;
constexpr std::size_t width = 32;

/// a·x. Branches and looks nothing up by a.
constexpr Field times_x(Field a) noexcept { return static_cast<Field>((a << 1) ^ ((a >> 7) * 0x1b)); }
constexpr Field times(Field a, Field b) noexcept {
  Field product = 0;
  for (int bit = 7; bit >= 0; --bit) product = static_cast<Field>(times_x(product) ^ (a * ((b >> bit) & 1)));
  return product;
}
static_assert(times(0x53, 0xca) == 1 && times(0x57, 0x83) == 0xc1);  // FIPS 197, section 4.2

/// a^254: a^255 = 1 for all but 0.
constexpr Field inverse(Field a) noexcept {
  Field power = 1;
  for (int k = 0; k < 254; ++k) power = times(power, a);
  return power;
}
static_assert(inverse(0x53) == 0xca && inverse(1) == 1);

/// Each of the 32 bytes times `factor`, in eight steps over all of them at once: the same steps for every value.
SecretBytes product_of(const SecretBytes& bytes, Field factor) {
  SecretBytes product;
  const auto out = product.writable();
  const auto in = bytes.view();
  for (int bit = 7; bit >= 0; --bit) {
    const auto mask = static_cast<Field>(-((factor >> bit) & 1));
    for (std::size_t k = 0; k < width; ++k) out[k] = static_cast<Field>(times_x(out[k]) ^ (in[k] & mask));
  }
  return product;
}

void add(const SecretBytes& bytes, SecretBytes& sum) {
  const auto in = bytes.view();
  const auto out = sum.writable();
  for (std::size_t k = 0; k < width; ++k) out[k] = static_cast<Field>(out[k] ^ in[k]);
}

bool are_distinct_and_not_zero(std::span<const std::uint8_t> points) {
  std::array<bool, 256> taken{};
  taken[0] = true;
  return std::ranges::none_of(points, [&taken](std::uint8_t point) { return std::exchange(taken[point], true); });
}

}  // namespace

std::vector<SecretBytes> split(const SecretBytes& secret, std::size_t threshold, std::span<const std::uint8_t> points,
                               RandomWords& random) {
  FEDLOOM_CHECK(threshold >= 1 && threshold <= points.size());
  FEDLOOM_CHECK(are_distinct_and_not_zero(points));
  // secret + c_1·x + ... + c_{T-1}·x^{T-1}, every c uniform: the highest may be 0, or T-1 shares would rule secrets
  // out.
  std::vector<SecretBytes> coefficients(threshold);
  coefficients.front() = secret.clone();
  for (auto& coefficient : std::span(coefficients).subspan(1)) random.fill(coefficient.writable());

  std::vector<SecretBytes> shares;
  shares.reserve(points.size());
  for (const std::uint8_t point : points) {
    SecretBytes value = coefficients.back().clone();
    for (std::size_t k = threshold - 1; k-- > 0;) {  // Horner's rule
      value = product_of(value, point);
      add(coefficients[k], value);
    }
    shares.push_back(std::move(value));
  }
  return shares;
}

Combiner::Combiner(std::span<const std::uint8_t> points) {
  FEDLOOM_CHECK(!points.empty() && are_distinct_and_not_zero(points));
  for (const std::uint8_t own : points) {
    Field above = 1;
    Field below = 1;
    for (const std::uint8_t other : points) {  // Π other / (other − own)
      if (other == own) continue;
      above = times(above, other);
      below = times(below, static_cast<Field>(other ^ own));
    }
    weights_.push_back(times(above, inverse(below)));
  }
}

SecretBytes Combiner::combine(std::span<const SecretBytes> shares) const {
  FEDLOOM_CHECK(shares.size() == weights_.size());
  SecretBytes secret;
  for (std::size_t k = 0; k < shares.size(); ++k) add(product_of(shares[k], weights_[k]), secret);
  return secret;
}

}  // namespace fedloom::secagg
