// Numbers that are moved inside their bins towards what is to be computed from them.

#include <algorithm>
#include <cmath>
#include <limits>

#include "lookup.hpp"
#include "placing.hpp"

namespace fedloom::schema {
namespace {

using Kind = Origin::Kind;

constexpr double a_day = static_cast<double>(seconds_a_day);
constexpr std::int64_t most_days = 5000;  // beyond ten years every part of a date has come by
constexpr std::int64_t seconds_an_hour = 3600;

NumberRange both(NumberRange a, NumberRange b) { return {std::max(a.low, b.low), std::min(a.high, b.high)}; }
NumberRange sorted(double a, double b) { return {std::min(a, b), std::max(a, b)}; }
bool empty(NumberRange range) { return !(range.low <= range.high); }

/// A multiple of `step` in the range; any number where it is 0.
double pick(NumberRange range, double step, PublicStream& stream) {
  const double u = stream.uniform();
  if (step == 0) return range.low + u * (range.high - range.low);
  const double first = std::ceil(range.low / step), last = std::floor(range.high / step);
  return step * std::min(first + std::floor(u * (last - first + 1)), last);
}

/// Seconds in the unit of a difference; 1 of numbers.
double unit_of(const Origin& origin) {
  if (origin.kind != Kind::difference) return 1;
  switch (origin.unit) {
    case Origin::Unit::hours:
      return 3600;
    case Origin::Unit::days:
      return a_day;
    case Origin::Unit::years:
      return 365.25 * a_day;
    case Origin::Unit::number:
      break;
  }
  return 1;
}

/// What has to come out for a code, in the unit of the columns: a whole number of days is any of a day's seconds.
NumberRange wanted_of(const Attribute& attribute, std::uint32_t code) {
  const NumberRange own = numbers_of_code(attribute, code);
  const Binned* calendar = calendar_of(attribute);
  if (calendar != nullptr && calendar->calendar == Calendar::date) return {own.low * a_day, (own.high + 1) * a_day - 1};
  const double unit = unit_of(attribute.origin);
  if (unit == 1) return own;
  return {own.low * unit, is_whole(attribute) ? (own.high + 1) * unit - 1 : own.high * unit};
}

}  // namespace

/// False: no numbers in these bins can give the wanted one.
bool Placing::move(std::size_t rule, PublicStream& stream) {
  const Derivation& derivation = rules_.derivations[rule];
  const Attribute& to = rules_.attributes[derivation.to];
  const bool ratio = to.origin.kind == Kind::ratio;
  for (const std::uint32_t source : derivation.from) {
    if (is_missing_code(rules_.attributes[source], codes_[source])) return false;
  }
  if (is_missing_code(to, codes_[derivation.to])) {
    if (!ratio) return false;
    const NumberRange divisor = base_range(derivation.from[1]);
    if (divisor.low > 0 || divisor.high < 0) return false;
    put_number(derivation.from[1], 0);
    return true;
  }
  const NumberRange wanted = wanted_of(to, codes_[derivation.to]);
  if (ratio) {
    move_ratio(derivation, wanted, stream);
    return true;
  }
  if (to.origin.kind != Kind::difference) return move_sum(derivation, wanted, stream);
  const NumberRange a = base_range(derivation.from[0]), b = base_range(derivation.from[1]);
  const NumberRange reachable = both(wanted, {a.low - b.high, a.high - b.low});
  if (empty(reachable)) return false;
  move_difference(derivation, reachable, stream);
  return true;
}

void Placing::move_difference(const Derivation& rule, NumberRange wanted, PublicStream& stream) {
  const std::uint32_t first = rule.from[0], second = rule.from[1];
  const NumberRange a = base_range(first), b = base_range(second);
  const double step_a = step(first), step_b = step(second);
  const double difference = pick(wanted, std::min(step_a, step_b), stream);
  if (step_a > step_b) {
    const double to = pick(both(a, {b.low + difference, b.high + difference}), step_a, stream);
    put_number(first, to);
    put_number(second, to - difference);
  } else {
    const double to = pick(both(b, {a.low - difference, a.high - difference}), step_b, stream);
    put_number(second, to);
    put_number(first, to + difference);
  }
}

/// Also of the sum of one, which is a column that is read another time.
bool Placing::move_sum(const Derivation& rule, NumberRange wanted, PublicStream& stream) {
  NumberRange rest;
  double finest = std::numeric_limits<double>::infinity();
  for (const std::uint32_t source : rule.from) {
    const NumberRange own = base_range(source);
    rest = {rest.low + own.low, rest.high + own.high};
    finest = std::min(finest, step(source));
  }
  const Attribute& to = rules_.attributes[rule.to];
  if (to.origin.kind == Kind::sum && is_whole(to)) finest = std::max(finest, 1.0);
  const NumberRange reachable = both(wanted, rest);
  if (empty(reachable)) return false;
  double left = pick(reachable, finest, stream);
  // Each part leaves to the later ones what they can still make up.
  for (const std::uint32_t source : rule.from) {
    const NumberRange own = base_range(source);
    rest = {rest.low - own.low, rest.high - own.high};
    put_number(source, pick(both(own, {left - rest.high, left - rest.low}), step(source), stream));
    left -= base(source);
  }
  return true;
}

void Placing::move_ratio(const Derivation& rule, NumberRange wanted, PublicStream& stream) {
  const std::uint32_t first = rule.from[0], second = rule.from[1];
  const double whole = is_whole(rules_.attributes[rule.to]) ? 1 : 0;
  const NumberRange a = base_range(first), b = base_range(second);
  const double divisor = base(second), dividend = base(first);
  if (stream.below(2) == 0 && divisor != 0) {
    const NumberRange quotients = both(wanted, sorted(a.low / divisor, a.high / divisor));
    if (!empty(quotients)) put_number(first, pick(quotients, whole, stream) * divisor);
    return;
  }
  // What the divisor is for a quotient, where nothing changes its sign.
  if (!(wanted.low > 0) || !(b.low > 0) || !(dividend > 0)) return;
  const NumberRange quotients = both(wanted, {dividend / b.high, dividend / b.low});
  if (!empty(quotients)) put_number(second, dividend / pick(quotients, whole, stream));
}

bool Placing::keeps_parts(const std::vector<std::size_t>& parts, double seconds) const {
  return std::all_of(parts.begin(), parts.end(), [&](std::size_t rule) {
    const std::uint32_t to = rules_.derivations[rule].to;
    if (is_missing_code(rules_.attributes[to], codes_[to])) return false;
    const double part = computed_value(rules_.attributes[to], {&seconds, 1});
    const Encoded encoded = encode_value(rules_.attributes[to], 0, part);
    return encoded.how == Encoded::How::fits && encoded.code == codes_[to];
  });
}

/// To a day, and an hour of it, that has these parts. False: there is none in its bin.
bool Placing::move_date(std::uint32_t attribute, const std::vector<std::size_t>& parts, PublicStream& stream) {
  if (is_missing_code(rules_.attributes[attribute], codes_[attribute])) return false;
  std::vector<std::size_t> of_days, of_hours;
  for (const std::size_t rule : parts) {
    const auto part = rules_.attributes[rules_.derivations[rule].to].origin.part;
    (part == DatePart::hour ? of_hours : of_days).push_back(rule);
  }
  // No date has a part that is missing: looking through thousands of days would not find one.
  const auto missing = [&](std::size_t rule) {
    const std::uint32_t to = rules_.derivations[rule].to;
    return is_missing_code(rules_.attributes[to], codes_[to]);
  };
  if (std::any_of(parts.begin(), parts.end(), missing)) return false;
  const NumberRange range = base_range(attribute);
  const std::int64_t first = day_of(static_cast<std::int64_t>(range.low));
  const std::int64_t days = day_of(static_cast<std::int64_t>(range.high)) - first + 1;
  const std::int64_t hours = step(attribute) < a_day ? 24 : 1;
  const auto start = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(days)));
  const auto hour = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(hours)));
  const double within = hours == 1 ? 0 : std::floor(stream.uniform() * seconds_an_hour);
  for (std::int64_t k = 0; k < std::min(days, most_days); ++k) {
    const std::int64_t day = (first + (start + k) % days) * seconds_a_day;
    if (!keeps_parts(of_days, static_cast<double>(day))) continue;
    for (std::int64_t h = 0; h < hours; ++h) {
      const auto begin = static_cast<double>(day + (hour + h) % hours * seconds_an_hour);
      const NumberRange open = both(range, {begin, begin + (hours == 1 ? 0 : seconds_an_hour - 1)});
      if (empty(open) || !keeps_parts(of_hours, open.low)) continue;
      put_number(attribute, std::clamp(begin + within, open.low, open.high));
      return true;
    }
  }
  return days > most_days;
}

}  // namespace fedloom::schema
