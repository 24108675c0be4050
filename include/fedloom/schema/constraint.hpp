#pragma once
// Public facts about rows that a schema declares: which values never stand together. They change no code and no
// measurement; rows that are drawn keep them, and rows that are read can be counted against them.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "fedloom/base/hash.hpp"
#include "fedloom/base/public_stream.hpp"

namespace fedloom::schema {

struct Attribute;
class NumberSystem;

/// No row has, in every one of these attributes, one of the codes listed for it.
struct Never {
  struct Part {
    std::uint32_t attribute = 0;
    std::vector<std::uint32_t> codes;
  };
  std::vector<Part> parts;
};
/// The code of `to` follows from that of `from`.
struct Determines {
  static constexpr std::uint32_t any = ~std::uint32_t{0};
  std::uint32_t from = 0, to = 0;
  std::vector<std::uint32_t> table;  ///< by the code of `from`; any: nothing follows
};
/// The number of `low` is below that of `high` or, unless `strict`, the same. A missing number breaks nothing.
struct Less {
  std::uint32_t low = 0, high = 0;
  bool strict = true;
};
/// The numbers of `parts` add up to that of `total`. Where one is missing nothing is broken.
struct Sum {
  std::vector<std::uint32_t> parts;
  std::uint32_t total = 0;
};

struct Constraint {
  std::variant<Never, Determines, Less, Sum> rule;
  std::string text;  ///< for people: "start < end"
  std::vector<std::uint32_t> attributes() const;
  /// The same of attributes that stand elsewhere: `place` of each, or Constraints::unset. None: it names one of those.
  std::optional<Constraint> moved(std::span<const std::uint32_t> place) const;
  /// The rule, not its text.
  void add_to(FieldHasher& hasher) const;
};

/// The constraints of a schema. A row of codes breaks one when no values within its bins can keep it. Immutable,
/// cheap to copy.
class Constraints {
 public:
  /// A cell that is not known.
  static constexpr std::uint32_t unset = ~std::uint32_t{0};
  /// Codes of a group that combinations() goes through before it gives up.
  static constexpr std::uint64_t most_steps = std::uint64_t{1} << 23;

  Constraints() = default;
  /// Throws std::invalid_argument: no such attribute or code, an attribute twice in a constraint, an attribute without
  /// numbers in an inequality or a sum, a circle of inequalities, an attribute of a sum in another one or in an
  /// inequality, a sum of whole and other numbers, bins too narrow or too far out to place numbers in.
  Constraints(const std::vector<Attribute>& attributes, std::vector<Constraint> list);

  bool empty() const noexcept { return list_.empty(); }
  const std::vector<Constraint>& list() const noexcept { return list_; }

  /// Places in list() of the constraints that a row breaks. Inequalities that can only not be kept together count as
  /// the first of them. What is unset breaks nothing.
  std::vector<std::size_t> violations(std::span<const std::uint32_t> row) const;
  bool allow(std::span<const std::uint32_t> row) const;

  /// Attributes that constraints tie together, each list ascending; no two share one.
  const std::vector<std::vector<std::uint32_t>>& groups() const noexcept { return groups_; }
  /// Hands out all allowed codes of the attributes of a group, which may have more attributes than groups() has, in
  /// the order of `group`. False: more than most_steps, and not all were handed out.
  bool combinations(std::span<const std::uint32_t> group,
                    const std::function<void(std::span<const std::uint32_t>)>& use) const;
  /// Throws std::invalid_argument: no row can keep them all, or too many combinations to go through.
  void require_possible() const;

  /// A number for an attribute of a row, inside its bin.
  struct Placed {
    std::uint32_t attribute = 0;
    double value = 0;
  };
  /// For each attribute in an inequality or a sum that is not missing in an allowed row; they keep all of them, also
  /// when written by shortest(). Replaces `out`.
  void place(std::span<const std::uint32_t> row, PublicStream& stream, std::vector<Placed>& out) const;

  /// Attributes whose numbers are placed together: those of inequalities that hang together, or of one sum.
  std::vector<std::vector<std::uint32_t>> placed_together() const;
  /// … for the attributes at one place of placed_together() alone; appends to `out`.
  void place(std::size_t system, std::span<const std::uint32_t> row, PublicStream& stream,
             std::vector<Placed>& out) const;
  /// Whether numbers, by attribute, keep what ties that place's attributes; one that is not a number breaks nothing.
  bool kept(std::size_t system, std::span<const double> numbers) const;

 private:
  void build_groups();
  void build_systems(const std::vector<Attribute>& attributes);
  bool breaks(const Constraint& constraint, std::span<const std::uint32_t> row) const;

  std::vector<Constraint> list_;
  std::vector<std::uint32_t> sizes_;  ///< of all attributes
  std::vector<std::string> names_;
  std::vector<std::vector<std::uint32_t>> groups_;
  std::shared_ptr<const std::vector<NumberSystem>> systems_;
};

}  // namespace fedloom::schema
