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
#include "fedloom/schema/calendar.hpp"
#include "fedloom/schema/coherence.hpp"
#include "fedloom/schema/constraint.hpp"
#include "fedloom/schema/domain.hpp"
#include "fedloom/schema/id_pattern.hpp"

namespace fedloom::schema {

/// What to do with a value outside the domain.
enum class Outside : std::uint8_t { refuse, other, clip };

/// Where a code that is not listed falls back to: its nearest listed ancestor.
struct Hierarchy {
  bool by_prefix = false;  ///< ancestors are the code without its last signs, as in ICD-10: I21.4, I21., I21, I2, I
  std::vector<std::pair<std::string, std::string>> parents;  ///< (child, parent), each child once, without a circle
  bool empty() const noexcept { return !by_prefix && parents.empty(); }
};
/// values listed; `other` as an extra category when `outside` is other.
struct Categorical {
  std::vector<std::string> values;
  Outside outside = Outside::refuse;
  std::string other_label = "other";
  Hierarchy hierarchy{};
};
/// What the whole numbers of a Binned stand for: themselves, days since 1970-01-01, or seconds since its beginning.
enum class Calendar : std::uint8_t { none, date, datetime };
/// Bins [e_0,e_1), …, [e_{k-1}, e_k] from `edges`, ascending, at least 2. outside: refuse or clip.
/// integer: edges are whole numbers up to 2^53 in size, a value that is none is refused, and a code is decoded to a
/// whole number in its bin; the last edge may be there twice, for a last bin of one number: 1..3 is {1, 2, 3, 3}.
struct Binned {
  bool integer = false;
  std::vector<double> edges;
  Outside outside = Outside::clip;
  Calendar calendar = Calendar::none;  ///< date, datetime: integer; values are texts in `format`
  DateFormat format{};
  /// The bins are a fine public grid, to be merged into about so many of equal mass by what a run has measured of them
  /// (docs/decisions/0019); 0: they are the bins.
  std::uint32_t private_bins = 0;
};
/// Already codes 0..size-1.
struct Coded {
  std::uint32_t size = 0;
  Outside outside = Outside::refuse;  ///< refuse or clip
};

/// How an attribute's value comes from the table's columns.
struct Origin {
  enum class Kind : std::uint8_t { cell, part, difference, sum, ratio } kind = Kind::cell;
  /// The table's columns: one for cell and part (none: the column with the attribute's name), two for difference (first
  /// minus second) and ratio (first by second), two or more for sum.
  std::vector<std::string> columns{};
  DatePart part = DatePart::year;
  /// difference: of dates, in days, hours or years of 365.25 days, rounded down where the attribute is an integer; else
  /// of numbers.
  enum class Unit : std::uint8_t { number, hours, days, years } unit = Unit::number;
  DateFormat format{};  ///< of the dates
  bool is_own_cell() const noexcept { return kind == Kind::cell && columns.empty(); }
};

struct Attribute {
  std::string name;
  std::variant<Categorical, Binned, Coded> type;
  bool missing = false;                         ///< missing values allowed: an extra category, the last code
  std::vector<std::string> missing_tokens{""};  ///< texts that mean missing
  Origin origin{};
  /// The table's columns that it is made of.
  std::vector<std::string> sources() const;
  std::uint32_t size() const;  ///< n_i, other and missing included
};

/// Outcome of encoding one text value.
struct Encoded {
  /// parent: counted as its nearest listed ancestor.
  enum class How : std::uint8_t { fits, parent, other, clipped, refused } how = How::refused;
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
  /// How the identifiers of a row that is made are written, by place in ids().
  const std::vector<IdPattern>& id_patterns() const noexcept { return id_patterns_; }
  /// The same with these patterns, one for each of ids(). Throws std::invalid_argument where they are not as many.
  Schema with_id_patterns(std::vector<IdPattern> patterns) const;
  const Domain& domain() const noexcept { return domain_; }
  /// What no row breaks.
  const Constraints& constraints() const noexcept { return constraints_; }
  /// What keeps a row that is written from contradicting itself. Found out when first asked for, which may take some
  /// seconds where columns are computed from others.
  const Coherence& coherence() const;
  /// The same with these constraints instead. Throws std::invalid_argument as Constraints does, or when no row can
  /// keep them.
  Schema constrained(std::vector<Constraint> constraints) const;
  Encoded encode(std::size_t attribute, std::string_view text) const;
  /// The code of a number that was computed, as of its text; refused for categories.
  Encoded encode_number(std::size_t attribute, double value) const;
  /// Missing, or refused where the attribute may not be missing.
  Encoded encode_missing(std::size_t attribute) const;
  /// A text a person recognises: a label; a number inside its bin, placed by u in [0, 1); the first of the
  /// attribute's missing tokens for missing. encode() gives the code back.
  std::string decode(std::size_t attribute, std::uint32_t code, double u) const;
  /// The text of a number that lies in a code's bin, reals with all their digits; of a category that of its code.
  std::string decode_number(std::size_t attribute, std::uint32_t code, double number) const;
  /// Label of a code for tables and plots: "Private", "20–24", "[0.5, 1)", "missing".
  std::string label(std::size_t attribute, std::uint32_t code) const;
  /// The same attributes of a table that decode() wrote: each in the column of its name.
  Schema of_outputs() const;
  /// Only the named attributes, in the schema's order, and the constraints on them alone. Throws std::invalid_argument
  /// on an unknown name.
  Schema only(const std::vector<std::string>& names) const;
  /// Over everything that changes codes or names of attributes, and the constraints; part of the config hash. Not over
  /// ids.
  Digest hash() const;

 private:
  struct Lookup;
  struct Later;
  std::vector<Attribute> attributes_;
  std::vector<std::string> ids_;
  std::vector<IdPattern> id_patterns_;
  Domain domain_;
  Constraints constraints_;
  std::shared_ptr<const std::vector<Lookup>> lookups_;  ///< immutable, shared by copies
  std::shared_ptr<Later> later_;                        ///< what coherence() keeps, shared by copies
};

}  // namespace fedloom::schema
