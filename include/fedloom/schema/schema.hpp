#pragma once
// The public description of a table: which columns there are, what values they may take, and how a text value
// becomes a code and back. Never inferred from rows during a run.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "fedloom/base/hash.hpp"
#include "fedloom/schema/constraint.hpp"
#include "fedloom/schema/domain.hpp"

namespace fedloom::schema {

/// What to do with a value outside the domain.
enum class Outside : std::uint8_t { refuse, other, clip };

/// values listed; `other` as an extra category when `outside` is other.
struct Categorical {
  std::vector<std::string> values;
  Outside outside = Outside::refuse;
  std::string other_label = "other";
};
/// Bins [e_0,e_1), …, [e_{k-1}, e_k] from `edges`, ascending, at least 2. outside: refuse or clip.
/// integer: edges are whole numbers up to 2^53 in size, a value that is none is refused, and a code is decoded to a
/// whole number in its bin; the last edge may be there twice, for a last bin of one number: 1..3 is {1, 2, 3, 3}.
struct Binned {
  bool integer = false;
  std::vector<double> edges;
  Outside outside = Outside::clip;
};
/// Already codes 0..size-1.
struct Coded {
  std::uint32_t size = 0;
  Outside outside = Outside::refuse;  ///< refuse or clip
};

struct Attribute {
  std::string name;
  std::variant<Categorical, Binned, Coded> type;
  bool missing = false;                         ///< missing values allowed: an extra category, the last code
  std::vector<std::string> missing_tokens{""};  ///< texts that mean missing
  std::uint32_t size() const;                   ///< n_i, other and missing included
};

/// Outcome of encoding one text value.
struct Encoded {
  enum class How : std::uint8_t { fits, other, clipped, refused } how = How::refused;
  std::uint32_t code = 0;
};

/// Codes of an attribute: its values or bins in order, then `other`, then missing, where there are such.
/// A category and a missing token are compared byte for byte; a number may have spaces around it, and its whole text
/// must be a finite number.
class Schema {
 public:
  /// Throws std::invalid_argument (repeated name, no values, edges not ascending, …). `ids`: columns that exist
  /// in the table and never enter.
  Schema(std::vector<Attribute> attributes, std::vector<std::string> ids);
  const std::vector<Attribute>& attributes() const noexcept { return attributes_; }
  const std::vector<std::string>& ids() const noexcept { return ids_; }
  const Domain& domain() const noexcept { return domain_; }
  /// What no row breaks.
  const Constraints& constraints() const noexcept { return constraints_; }
  /// The same with these constraints instead. Throws std::invalid_argument as Constraints does, or when no row can
  /// keep them.
  Schema constrained(std::vector<Constraint> constraints) const;
  Encoded encode(std::size_t attribute, std::string_view text) const;
  /// A text a person recognises: a label; a number inside its bin, placed by u in [0, 1); the first of the
  /// attribute's missing tokens for missing. encode() gives the code back.
  std::string decode(std::size_t attribute, std::uint32_t code, double u) const;
  /// Label of a code for tables and plots: "Private", "20–24", "[0.5, 1)", "missing".
  std::string label(std::size_t attribute, std::uint32_t code) const;
  /// Only the named attributes, in the schema's order, and the constraints on them alone. Throws std::invalid_argument
  /// on an unknown name.
  Schema only(const std::vector<std::string>& names) const;
  /// Over everything that changes codes or names of attributes, and the constraints; part of the config hash. Not over
  /// ids.
  Digest hash() const;

 private:
  struct Lookup;
  std::vector<Attribute> attributes_;
  std::vector<std::string> ids_;
  Domain domain_;
  Constraints constraints_;
  std::shared_ptr<const std::vector<Lookup>> lookups_;  ///< immutable, shared by copies
};

}  // namespace fedloom::schema
