#include "fedloom/schema/calendar.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace fedloom::schema {
namespace {

using std::chrono::year_month_day;

constexpr std::string_view iso_date = "%Y-%m-%d", iso_moment = "%Y-%m-%dT%H:%M:%S";

struct Fields {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0;
};

std::optional<std::int64_t> seconds_of(const Fields& f) {
  const year_month_day date{std::chrono::year(f.year), std::chrono::month(static_cast<unsigned>(f.month)),
                            std::chrono::day(static_cast<unsigned>(f.day))};
  // A leap second counts as the one before it.
  if (!date.ok() || f.year < 1 || f.year > 9999 || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * seconds_a_day + f.hour * 3600 + f.minute * 60 + std::min(f.second, 59);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Exactly `digits` of them, taken off the text.
bool take(std::string_view& text, std::size_t digits, int& value) {
  if (text.size() < digits ||
      !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(digits), is_digit)) {
    return false;
  }
  value = 0;
  for (const char c : text.substr(0, digits)) value = value * 10 + (c - '0');
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char sign) {
  if (!text.starts_with(sign)) return false;
  text.remove_prefix(1);
  return true;
}

int* field_of(Fields& fields, char sign) {
  switch (sign) {
    case 'Y':
      return &fields.year;
    case 'm':
      return &fields.month;
    case 'd':
      return &fields.day;
    case 'H':
      return &fields.hour;
    case 'M':
      return &fields.minute;
    case 'S':
      return &fields.second;
    default:
      return nullptr;
  }
}

bool take_format(std::string_view& text, std::string_view format, Fields& fields) {
  for (std::size_t k = 0; k < format.size(); ++k) {
    if (format[k] != '%') {
      if (!take(text, format[k])) return false;
      continue;
    }
    const char sign = format[++k];
    if (!take(text, sign == 'Y' ? 4 : 2, *field_of(fields, sign))) return false;
  }
  return true;
}

/// "Z", "+02", "-0330", "+05:45": seconds east of UTC; nullopt for anything else that is left.
std::optional<std::int64_t> take_zone(std::string_view text) {
  if (text.empty() || text == "Z") return 0;
  const bool west = text.front() == '-';
  if (!take(text, west ? '-' : '+')) return std::nullopt;
  int hours = 0, minutes = 0;
  if (!take(text, 2, hours)) return std::nullopt;
  take(text, ':');
  if (!text.empty() && !take(text, 2, minutes)) return std::nullopt;
  if (!text.empty() || hours > 15 || minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

std::optional<std::int64_t> parse_iso(std::string_view text) {
  Fields fields;
  if (!take_format(text, iso_date, fields)) return std::nullopt;
  if (text.empty()) return seconds_of(fields);
  if (!take(text, 'T') && !take(text, ' ')) return std::nullopt;
  if (!take_format(text, "%H:%M", fields)) return std::nullopt;
  if (take(text, ':') && !take(text, 2, fields.second)) return std::nullopt;
  if (take(text, '.')) {
    if (text.empty() || !is_digit(text.front())) return std::nullopt;
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  const auto zone = take_zone(text);
  const auto seconds = seconds_of(fields);
  if (!zone || !seconds) return std::nullopt;
  return *seconds - *zone;
}

std::string print(std::int64_t seconds, std::string_view format) {
  const std::int64_t days = day_of(seconds), rest = seconds - days * seconds_a_day;
  const year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  std::string text;
  const auto add = [&](std::int64_t value, std::size_t digits) {
    const std::string number = std::to_string(value);
    text.append(digits - std::min(digits, number.size()), '0').append(number);
  };
  for (std::size_t k = 0; k < format.size(); ++k) {
    if (format[k] != '%') {
      text += format[k];
      continue;
    }
    const char sign = format[++k];
    if (sign == 'Y') add(static_cast<int>(date.year()), 4);
    if (sign == 'm') add(static_cast<unsigned>(date.month()), 2);
    if (sign == 'd') add(static_cast<unsigned>(date.day()), 2);
    if (sign == 'H') add(rest / 3600, 2);
    if (sign == 'M') add(rest / 60 % 60, 2);
    if (sign == 'S') add(rest % 60, 2);
  }
  return text;
}

std::string_view chosen(const DateFormat& format, std::string_view iso) {
  return format.text.empty() ? iso : std::string_view(format.text);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

}  // namespace

std::string fault_of(const DateFormat& format, bool with_time) {
  if (format.text.empty()) return {};
  std::string seen;
  Fields unused;
  for (std::size_t k = 0; k < format.text.size(); ++k) {
    if (format.text[k] != '%') continue;
    if (k + 1 == format.text.size() || field_of(unused, format.text[k + 1]) == nullptr) {
      return "a format knows %Y, %m, %d, %H, %M and %S only";
    }
    const char sign = format.text[++k];
    if (seen.find(sign) != std::string::npos) return std::string("the format has %") + sign + " twice";
    seen += sign;
  }
  for (const char sign : std::string("Ymd")) {
    if (seen.find(sign) == std::string::npos) return std::string("the format lacks %") + sign;
  }
  if (with_time && seen.find('H') == std::string::npos) return "the format lacks %H";
  return {};
}

std::optional<std::int64_t> parse_moment(std::string_view text, const DateFormat& format) {
  text = trimmed(text);
  if (format.text.empty()) return parse_iso(text);
  Fields fields;
  if (!take_format(text, format.text, fields) || !text.empty()) return std::nullopt;
  return seconds_of(fields);
}

std::int64_t day_of(std::int64_t seconds) { return seconds / seconds_a_day - (seconds % seconds_a_day < 0 ? 1 : 0); }

std::string print_date(std::int64_t days, const DateFormat& format) {
  return print(days * seconds_a_day, chosen(format, iso_date));
}

std::string print_moment(std::int64_t seconds, const DateFormat& format) {
  return print(seconds, chosen(format, iso_moment));
}

std::int64_t part_of(std::int64_t seconds, DatePart part) {
  const std::int64_t days = day_of(seconds);
  const year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const auto month = static_cast<unsigned>(date.month());
  const std::int64_t weekday = std::chrono::weekday(std::chrono::sys_days(date)).iso_encoding();
  switch (part) {
    case DatePart::year:
      return static_cast<int>(date.year());
    case DatePart::quarter:
      return (month + 2) / 3;
    case DatePart::month:
      return month;
    case DatePart::week: {
      // ISO 8601: the week belongs to the year of its Thursday.
      const std::int64_t thursday = days - weekday + 4;
      const year_month_day of{std::chrono::sys_days(std::chrono::days(thursday))};
      const std::int64_t first = std::chrono::sys_days(of.year() / std::chrono::January / 1).time_since_epoch().count();
      return (thursday - first) / 7 + 1;
    }
    case DatePart::day:
      return static_cast<unsigned>(date.day());
    case DatePart::weekday:
      return weekday;
    case DatePart::hour:
      return (seconds - days * seconds_a_day) / 3600;
  }
  return 0;
}

std::int64_t months_later(std::int64_t day, std::int64_t count) {
  const year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  const auto moved = date + std::chrono::months(count);
  const auto last = moved.year() / moved.month() / std::chrono::last;
  const auto real = year_month_day(moved.year(), moved.month(), std::min(moved.day(), last.day()));
  return std::chrono::sys_days(real).time_since_epoch().count();
}

}  // namespace fedloom::schema
