#pragma once
// A public map of some attributes' codes to fewer bins, so that a wide domain is measured at the grain that its noise
// allows. It is made from released values and changes no sensitivity: a row stays one row in one cell.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "fedloom/base/bytes.hpp"
#include "fedloom/schema/domain.hpp"

namespace fedloom::schema {

/// Immutable and cheap to copy. Attributes that it does not name keep their codes.
class Coarsening {
 public:
  struct Axis {
    std::uint32_t attribute = 0;
    std::vector<std::uint32_t> bin_of;  ///< one bin a code; bins 0..bins()-1, each with a code at least
    std::uint32_t bins() const;
    bool operator==(const Axis&) const = default;
  };
  /// Codes of all axes together, at most: what the wire carries.
  static constexpr std::uint32_t max_codes = 1U << 23;

  /// Every attribute keeps its codes.
  Coarsening() = default;
  /// Throws std::invalid_argument: attributes that do not ascend, a bin without a code, an axis that merges nothing,
  /// more than max_codes.
  explicit Coarsening(std::vector<Axis> axes);
  bool empty() const noexcept { return !axes_; }
  const std::vector<Axis>& axes() const noexcept;
  /// True when each axis is an attribute of `fine` with as many codes as the map has: ask before over().
  bool fits(const Domain& fine) const;
  /// The bin of each of an attribute's `size` codes; the codes themselves where it is not named.
  std::vector<std::uint32_t> bins_of(std::uint32_t attribute, std::uint32_t size) const;
  /// The domain of the bins: the names and order of `fine`. Aborts unless fits(fine).
  Domain over(const Domain& fine) const;
  bool operator==(const Coarsening& other) const;

 private:
  std::shared_ptr<const std::vector<Axis>> axes_;  ///< none: empty
};

void write(ByteWriter& out, const Coarsening& coarsening);
/// Fails the reader on whatever the constructor refuses.
Coarsening read_coarsening(ByteReader& in);

/// [{"attribute": name, "bin_of": [bin of code 0, …]}, …]
std::string to_json(const Coarsening& coarsening, const Domain& fine);
/// Throws std::invalid_argument: no such list, or one that does not fit `fine`.
Coarsening coarsening_from_json(std::string_view text, const Domain& fine);

}  // namespace fedloom::schema
