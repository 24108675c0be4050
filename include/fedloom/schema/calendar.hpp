#pragma once
// Dates and times as text. The calendar is the Gregorian one, throughout; a moment with a zone is moved to UTC.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fedloom::schema {

/// Of strftime's signs %Y %m %d %H %M %S, each once at most, others as they stand. Empty: ISO 8601.
struct DateFormat {
  std::string text;
};
/// What is wrong with a format; empty: it can be read and written.
std::string fault_of(const DateFormat& format, bool with_time);

/// Seconds since 1970-01-01T00:00:00. ISO: YYYY-MM-DD, then perhaps a time after a space or T: HH:MM, seconds and their
/// fraction (cut off), Z or ±HH[[:]MM].
std::optional<std::int64_t> parse_moment(std::string_view text, const DateFormat& format = {});
std::string print_date(std::int64_t days, const DateFormat& format = {});
std::string print_moment(std::int64_t seconds, const DateFormat& format = {});

inline constexpr std::int64_t seconds_a_day = 86400;
/// Days since 1970-01-01 of a moment.
std::int64_t day_of(std::int64_t seconds);

/// weekday: Monday 1 to Sunday 7.
enum class DatePart : std::uint8_t { year, quarter, month, week, day, weekday, hour };
std::int64_t part_of(std::int64_t seconds, DatePart part);
/// The day `count` months after a day; the month's last day where it has no such day.
std::int64_t months_later(std::int64_t day, std::int64_t count);

}  // namespace fedloom::schema
