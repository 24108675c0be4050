// Rows as they are written, and the codes that a computed attribute may have beside others.

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "coherence_impl.hpp"
#include "lookup.hpp"

namespace fedloom::schema {
namespace {

using Kind = Origin::Kind;

constexpr int attempts_at_all = 8, attempts_at_tied = 24;
constexpr std::int64_t most_days = 5000;
constexpr double most_whole = 9007199254740992.0;  // 2^53: beyond it whole numbers are no longer exact
constexpr double rounding = 1e-9;                  // reals are written with twelve digits

/// All codes with a number in the range, beside those that `out` has.
void add_codes_meeting(const Attribute& attribute, NumberRange range, std::vector<std::uint32_t>& out) {
  std::uint32_t low = 0, high = attribute.size() - (attribute.missing ? 1 : 0);
  const std::uint32_t end = high;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (numbers_of_code(attribute, middle).high < range.low) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low < end && numbers_of_code(attribute, low).low <= range.high; ++low) out.push_back(low);
}

NumberRange quotients(NumberRange a, NumberRange b) {
  const double all[] = {a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high};
  return {*std::min_element(std::begin(all), std::end(all)), *std::max_element(std::begin(all), std::end(all))};
}

}  // namespace

/// The codes that numbers within the bins of the sources allow, by interval arithmetic.
void Coherence::Impl::codes_within(std::size_t rule, std::span<const std::uint32_t> row,
                                   std::vector<std::uint32_t>& out) const {
  const Derivation& derivation = derivations_[rule];
  const Attribute& to = attributes_[derivation.to];
  const std::uint32_t numbers = to.size() - (to.missing ? 1 : 0);
  out.clear();
  std::vector<NumberRange> from;
  for (const std::uint32_t source : derivation.from) {
    const Attribute& own = attributes_[source];
    if (is_missing_code(own, row[source])) {
      if (to.missing) out.push_back(numbers);
      return;
    }
    const NumberRange range = numbers_of_code(own, row[source]);
    from.push_back({base_units(own, range.low), base_units(own, range.high)});
  }
  NumberRange range = from.front();
  if (to.origin.kind == Kind::sum) {
    for (std::size_t k = 1; k < from.size(); ++k) range = {range.low + from[k].low, range.high + from[k].high};
  }
  if (to.origin.kind == Kind::difference) range = {from[0].low - from[1].high, from[0].high - from[1].low};
  const bool by_nought = to.origin.kind == Kind::ratio && from[1].low <= 0 && from[1].high >= 0;
  if (by_nought) {
    for (std::uint32_t code = 0; code < to.size(); ++code) out.push_back(code);
    return;
  }
  if (to.origin.kind == Kind::ratio) range = quotients(from[0], from[1]);
  // Differences of moments and days of moments are whole after rounding down, which computed_value does.
  if (to.origin.kind == Kind::difference || (to.origin.kind == Kind::cell && calendar_of(to) != nullptr)) {
    const double low[] = {range.low, 0}, high[] = {range.high, 0};
    range = {computed_value(to, low), computed_value(to, high)};
  }
  if (!is_whole(to)) {
    range.low -= rounding * std::abs(range.low);
    range.high += rounding * std::abs(range.high);
  }
  add_codes_meeting(to, range, out);
}

void Coherence::Impl::codes_of_part(std::size_t rule, std::uint32_t source_code,
                                    std::vector<std::uint32_t>& out) const {
  const Derivation& derivation = derivations_[rule];
  const Attribute &to = attributes_[derivation.to], &source = attributes_[derivation.from.front()];
  const std::uint32_t numbers = to.size() - (to.missing ? 1 : 0);
  if (is_missing_code(source, source_code)) {
    if (to.missing) out.push_back(numbers);
    return;
  }
  const NumberRange own = numbers_of_code(source, source_code);
  const NumberRange range{base_units(source, own.low), base_units(source, own.high)};
  const bool hours = to.origin.part == DatePart::hour;
  const double step = hours ? 3600 : static_cast<double>(seconds_a_day);
  std::set<std::uint32_t> found;
  const auto add = [&](double seconds) {
    const Encoded encoded = encode_value(to, 0, computed_value(to, {&seconds, 1}));
    if (encoded.how == Encoded::How::fits) found.insert(encoded.code);
  };
  add(range.high);
  double moment = range.low;
  for (std::int64_t k = 0; k < most_days && moment <= range.high; ++k, moment += step) add(moment);
  if (moment <= range.high && !hours) {
    for (std::uint32_t code = 0; code < numbers; ++code) found.insert(code);
  }
  out.assign(found.begin(), found.end());
}

void Coherence::Impl::take(const Cluster& cluster, Row row, Placing& placing) const {
  for (const std::uint32_t attribute : cluster.attributes) placing.put(attribute, row.texts[attribute]);
  for (const std::size_t system : cluster.systems) {
    for (const std::uint32_t attribute : rules_.systems[system]) placing.put(attribute, row.texts[attribute]);
  }
}

/// Numbers that put as much of what is computed into its own bin as can be, all that is tied in any case.
void Coherence::Impl::place(const Cluster& cluster, Row row, Placing& placing, PublicStream& stream) const {
  take(cluster, row, placing);
  if (placing.keeps(cluster)) return;
  const std::vector<Cluster>& tied = tied_of_[static_cast<std::size_t>(&cluster - all_.data())];
  const bool all_tied = tied.size() == 1 && tied.front().rules.size() == cluster.rules.size();
  bool hopeless = false;
  for (int k = 0; k < attempts_at_all && !all_tied && !hopeless; ++k) {
    if (placing.attempt(cluster, stream, hopeless)) return;
  }
  take(cluster, row, placing);
  for (const Cluster& part : tied) {
    bool kept = placing.keeps(part);
    hopeless = false;
    for (int k = 0; k < attempts_at_tied && !kept && !hopeless; ++k) kept = placing.attempt(part, stream, hopeless);
    std::uint64_t attempts = 0;
    if (!kept && !witness(part, row.codes, placing, attempts)) take(part, row, placing);
  }
}

void Coherence::Impl::write(const Cluster& cluster, Row row, const Placing& placing) const {
  const auto text_of = [&](std::uint32_t attribute) { row.texts[attribute] = placing.text(attribute); };
  for (const std::uint32_t attribute : cluster.attributes) text_of(attribute);
  for (const std::size_t system : cluster.systems) {
    for (const std::uint32_t attribute : rules_.systems[system]) text_of(attribute);
  }
  for (const std::size_t rule : cluster.rules) {
    const std::uint32_t to = derivations_[rule].to;
    const Attribute& attribute = attributes_[to];
    const auto value = placing.value(rule);
    if (!value) {
      if (!attribute.missing) continue;
      row.codes[to] = attribute.size() - 1;
      row.texts[to] = attribute.missing_tokens.front();
      continue;
    }
    if (is_whole(attribute) && (std::floor(*value) != *value || std::abs(*value) > most_whole)) continue;
    const NumberRange all{numbers_of_code(attribute, 0).low,
                          numbers_of_code(attribute, attribute.size() - (attribute.missing ? 2 : 1)).high};
    row.codes[to] = encode_value(attribute, 0, std::clamp(*value, all.low, all.high)).code;
    row.texts[to] = computed_text(attribute, *value);
  }
}

void Coherence::Impl::settle(Row row, PublicStream& stream) const {
  if (all_.empty()) return;
  Placing placing(rules_);
  for (const Cluster& cluster : all_) {
    placing.start(row.codes);
    place(cluster, row, placing, stream);
    std::vector<std::pair<std::uint32_t, std::string>> before;
    for (const std::size_t rule : cluster.rules) {
      const std::uint32_t to = derivations_[rule].to;
      before.emplace_back(row.codes[to], placing.text(to).empty() ? row.texts[to] : placing.text(to));
    }
    write(cluster, row, placing);
    if (constraints_.empty() || (constraints_.allow(row.codes) && placing.keeps_systems(cluster))) continue;
    for (std::size_t k = 0; k < cluster.rules.size(); ++k) {
      const std::uint32_t to = derivations_[cluster.rules[k]].to;
      std::tie(row.codes[to], row.texts[to]) = std::move(before[k]);
    }
  }
}

}  // namespace fedloom::schema
