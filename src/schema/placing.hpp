#pragma once
// Numbers for one row: inside the bins of its codes, so that what is computed from them falls into its own bin.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fedloom/base/public_stream.hpp"
#include "fedloom/schema/derived.hpp"
#include "number_range.hpp"

namespace fedloom::schema {

/// Attributes whose numbers hang together, by what is computed from them and by constraints.
struct Cluster {
  std::vector<std::uint32_t> attributes;
  std::vector<std::size_t> rules;    ///< places in the list of derivations
  std::vector<std::size_t> systems;  ///< places in Constraints::placed_together()
};

/// What stays the same for all rows.
struct PlacingRules {
  const std::vector<Attribute>& attributes;
  const Constraints& constraints;
  const std::vector<Derivation>& derivations;
  std::vector<std::vector<std::uint32_t>> systems{};  ///< Constraints::placed_together()
};

class Placing {
 public:
  explicit Placing(const PlacingRules& rules);
  /// Another row. Texts and numbers of no attribute are known.
  void start(std::span<const std::uint32_t> codes) { codes_ = codes; }
  /// Takes a text as it is written.
  void put(std::uint32_t attribute, std::string text);
  const std::string& text(std::uint32_t attribute) const { return texts_[attribute]; }

  /// Whether what a rule computes from the numbers has the row's code.
  bool keeps(std::size_t rule) const;
  /// … of all of a cluster's rules, and its systems.
  bool keeps(const Cluster& cluster);
  /// Whether the numbers, with those that are computed whatever their codes, keep the cluster's systems.
  bool keeps_systems(const Cluster& cluster);
  /// New numbers for the cluster. True: they keep it. `hopeless` is set where no numbers can.
  bool attempt(const Cluster& cluster, PublicStream& stream, bool& hopeless);

  /// No value: one of its numbers is missing, or it is divided by nought.
  std::optional<double> value(std::size_t rule) const;

 private:
  std::vector<double> values_of(const Derivation& rule) const;
  double base(std::uint32_t attribute) const;
  NumberRange base_range(std::uint32_t attribute) const;
  double step(std::uint32_t attribute) const;
  void put_number(std::uint32_t attribute, double base_number);
  void place_system(std::size_t system, PublicStream& stream);
  bool move(std::size_t rule, PublicStream& stream);
  bool move_sum(const Derivation& rule, NumberRange wanted, PublicStream& stream);
  void move_difference(const Derivation& rule, NumberRange wanted, PublicStream& stream);
  void move_ratio(const Derivation& rule, NumberRange wanted, PublicStream& stream);
  bool move_date(std::uint32_t attribute, const std::vector<std::size_t>& parts, PublicStream& stream);
  bool keeps_parts(const std::vector<std::size_t>& parts, double seconds) const;

  const PlacingRules& rules_;
  std::span<const std::uint32_t> codes_;
  std::vector<std::string> texts_;
  std::vector<double> numbers_;  ///< in the attribute's own unit; not a number where missing
  std::vector<Constraints::Placed> placed_;
};

}  // namespace fedloom::schema
