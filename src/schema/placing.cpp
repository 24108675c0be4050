#include "placing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "fedloom/schema/number.hpp"
#include "lookup.hpp"

namespace fedloom::schema {
namespace {

using Kind = Origin::Kind;

constexpr double none = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Placing::Placing(const PlacingRules& rules)
    : rules_(rules), texts_(rules.attributes.size()), numbers_(rules.attributes.size(), none) {}

void Placing::put(std::uint32_t attribute, std::string text) {
  const Attribute& own = rules_.attributes[attribute];
  numbers_[attribute] = none;
  if (!is_missing_code(own, codes_[attribute])) {
    if (const Binned* calendar = calendar_of(own)) {
      const auto moment = parse_moment(text, calendar->format);
      const bool date = calendar->calendar == Calendar::date;
      if (moment) numbers_[attribute] = static_cast<double>(date ? day_of(*moment) : *moment);
    } else {
      numbers_[attribute] = parse_number(text).value_or(none);
    }
  }
  texts_[attribute] = std::move(text);
}

double Placing::base(std::uint32_t attribute) const {
  return base_units(rules_.attributes[attribute], numbers_[attribute]);
}

NumberRange Placing::base_range(std::uint32_t attribute) const {
  const Attribute& own = rules_.attributes[attribute];
  const NumberRange range = numbers_of_code(own, codes_[attribute]);
  return {base_units(own, range.low), base_units(own, range.high)};
}

/// What the base numbers of an attribute are multiples of; 0 of reals.
double Placing::step(std::uint32_t attribute) const {
  const Attribute& own = rules_.attributes[attribute];
  return is_whole(own) ? base_units(own, 1) : 0;
}

/// As near to it as its bin allows.
void Placing::put_number(std::uint32_t attribute, double base_number) {
  const Attribute& own = rules_.attributes[attribute];
  const NumberRange range = numbers_of_code(own, codes_[attribute]);
  const double number = std::clamp(base_number / base_units(own, 1), range.low, range.high);
  if (is_whole(own)) return put(attribute, number_text(own, codes_[attribute], std::round(number)));
  const bool last = codes_[attribute] + 2 == std::get<Binned>(own.type).edges.size();
  put(attribute, print_inside(number, range.low, range.high, last));
}

void Placing::place_system(std::size_t system, PublicStream& stream) {
  for (const std::uint32_t attribute : rules_.systems[system]) {
    put(attribute, decode_code(rules_.attributes[attribute], codes_[attribute], 0));
  }
  placed_.clear();
  rules_.constraints.place(system, codes_, stream, placed_);
  for (const auto& [attribute, value] : placed_) {
    put(attribute, number_text(rules_.attributes[attribute], codes_[attribute], value));
  }
}

std::vector<double> Placing::values_of(const Derivation& rule) const {
  std::vector<double> values;
  for (const std::uint32_t source : rule.from) values.push_back(base(source));
  return values;
}

std::optional<double> Placing::value(std::size_t rule) const {
  const Derivation& derivation = rules_.derivations[rule];
  const Attribute& to = rules_.attributes[derivation.to];
  const std::vector<double> values = values_of(derivation);
  if (std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) return std::nullopt;
  const double computed = computed_value(to, values);
  if (!std::isfinite(computed)) return std::nullopt;
  return is_whole(to) ? computed : parse_number(computed_text(to, computed));
}

bool Placing::keeps(std::size_t rule) const {
  const std::uint32_t to = rules_.derivations[rule].to;
  const auto computed = value(rule);
  if (!computed) return is_missing_code(rules_.attributes[to], codes_[to]);
  const Encoded encoded = encode_value(rules_.attributes[to], 0, *computed);
  return encoded.how == Encoded::How::fits && encoded.code == codes_[to];
}

bool Placing::keeps(const Cluster& cluster) {
  return std::all_of(cluster.rules.begin(), cluster.rules.end(), [&](std::size_t rule) { return keeps(rule); }) &&
         keeps_systems(cluster);
}

bool Placing::keeps_systems(const Cluster& cluster) {
  if (cluster.systems.empty()) return true;
  for (const std::size_t rule : cluster.rules) numbers_[rules_.derivations[rule].to] = value(rule).value_or(none);
  return std::all_of(cluster.systems.begin(), cluster.systems.end(),
                     [&](std::size_t system) { return rules_.constraints.kept(system, numbers_); });
}

bool Placing::attempt(const Cluster& cluster, PublicStream& stream, bool& hopeless) {
  for (const std::uint32_t attribute : cluster.attributes) {
    put(attribute, decode_code(rules_.attributes[attribute], codes_[attribute], stream.uniform()));
  }
  for (const std::size_t system : cluster.systems) place_system(system, stream);
  // A date that is moved for one rule may break another: half of the attempts leave those dates where they are.
  const bool move_all = stream.below(2) == 0;
  std::vector<std::pair<std::uint32_t, std::vector<std::size_t>>> dates;
  std::vector<std::uint32_t> moved;
  for (const std::size_t rule : cluster.rules) {
    const Derivation& derivation = rules_.derivations[rule];
    if (rules_.attributes[derivation.to].origin.kind == Kind::part) {
      const auto same = [&](const auto& date) { return date.first == derivation.from.front(); };
      const auto known = std::find_if(dates.begin(), dates.end(), same);
      (known != dates.end() ? *known : dates.emplace_back(derivation.from.front(), std::vector<std::size_t>{}))
          .second.push_back(rule);
      continue;
    }
    moved.insert(moved.end(), derivation.from.begin(), derivation.from.end());
    if (!keeps(rule) && !move(rule, stream)) {
      hopeless = true;
      return false;
    }
  }
  for (const auto& [date, parts] : dates) {
    const bool tied = std::find(moved.begin(), moved.end(), date) != moved.end();
    const bool kept = std::all_of(parts.begin(), parts.end(), [&](std::size_t rule) { return keeps(rule); });
    if (kept || (tied && !move_all)) continue;
    if (!move_date(date, parts, stream)) {
      hopeless = true;
      return false;
    }
  }
  return keeps(cluster);
}

}  // namespace fedloom::schema
