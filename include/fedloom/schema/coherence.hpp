#pragma once
// What keeps a row that is written from contradicting itself: computed columns follow from the columns that they are
// computed from, as these are written. docs/decisions/0020 says how that fits conditions, bins and constraints.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/constraint.hpp"

namespace fedloom::schema {

struct Attribute;

/// Of one schema. Immutable, cheap to copy.
class Coherence {
 public:
  /// Combinations of a computed attribute's code with those of its columns (and of all that constraints and other
  /// computations tie to them), beyond which the code is not drawn together with them.
  static constexpr std::uint64_t most_combinations = std::uint64_t{1} << 16;

  /// Goes through the combinations, which takes up to some seconds.
  Coherence(const std::vector<Attribute>& attributes, const Constraints& constraints);

  /// Attributes that constraints and computations tie together, each list ascending; no two share one.
  const std::vector<std::vector<std::uint32_t>>& groups() const noexcept;
  /// As Constraints::combinations: only those for which numbers were found that make what is computed fall into the bin
  /// of its code.
  bool combinations(std::span<const std::uint32_t> group,
                    const std::function<void(std::span<const std::uint32_t>)>& use) const;
  /// Whether an attribute is computed from others of the schema.
  bool computed(std::uint32_t attribute) const;
  /// Whether it is, and not in groups() with them: its code in a row of the model is not what will be written.
  bool loose(std::uint32_t attribute) const;

  /// Codes and texts of one row, by attribute; each text is one of its code.
  struct Row {
    std::span<std::uint32_t> codes;
    std::span<std::string> texts;
  };
  /// Makes the computed cells follow from the texts of the others; codes are then those of what is written, or the
  /// outermost where it lies beyond all bins. Other numbers move inside their bins so that computed ones fall into
  /// their own, always where the row is one of combinations(). A computed cell is left as it is only where its columns
  /// cannot give it a value that its kind can have, or where it would break a constraint.
  void settle(Row row, PublicStream& stream) const;

 private:
  class Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace fedloom::schema
