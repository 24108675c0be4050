// Columns of dates and moments: bins of whole days or seconds.

#include "schema_entry.hpp"
#include "text.hpp"

namespace fedloom::config {
namespace {

using schema::Binned;
using schema::Calendar;
using schema::Outside;

constexpr std::size_t most_steps = 1000000;

/// Days or seconds of a date that the schema file itself holds.
std::int64_t number_of(const Binned& made, const Entry& entry, const std::string& key, const std::string& text) {
  const auto moment = schema::parse_moment(text, made.format);
  if (!moment) {
    entry.fail(key, "'" + clipped(text) + "' is no date of the column's format",
               made.format.text.empty() ? "write it as 2024-01-31" : "write it in the same format as the column");
  }
  return made.calendar == Calendar::date ? schema::day_of(*moment) : *moment;
}

std::vector<double> edges_by_step(const Entry& entry, Calendar calendar, std::int64_t from, std::int64_t to) {
  const std::string step = entry.text("step");
  const std::int64_t a_day = calendar == Calendar::date ? 1 : schema::seconds_a_day;
  const std::int64_t months = step == "month" ? 1 : step == "quarter" ? 3 : step == "year" ? 12 : 0;
  if (step == "hour" && calendar == Calendar::date) entry.fail("step", "a date has no hours", "use type: datetime");
  const std::int64_t width = step == "hour" ? 3600 : step == "week" ? 7 * a_day : a_day;
  const std::int64_t first_day = from / a_day - (from % a_day < 0 ? 1 : 0), within = from - first_day * a_day;
  std::vector<double> edges;
  std::int64_t at = from;
  for (std::int64_t k = 1; at <= to; ++k) {
    edges.push_back(static_cast<double>(at));
    if (edges.size() > most_steps) entry.fail("step", "'step' makes more than 1000000 bins", "use a larger step");
    at = months == 0 ? from + k * width : schema::months_later(first_day, k * months) * a_day + within;
  }
  edges.push_back(static_cast<double>(to));
  return edges;
}

std::vector<double> listed_edges(const Entry& entry, const Binned& made) {
  std::vector<double> edges;
  const nlohmann::json& list = entry.value["edges"];
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string at = "edges/" + std::to_string(i);
    edges.push_back(static_cast<double>(
        number_of(made, entry, at, list[i].is_string() ? list[i].get<std::string>() : list[i].dump())));
    const bool last_of_one = i + 1 == list.size() && i > 1;
    if (i == 0 || edges[i] > edges[i - 1] || (last_of_one && edges[i] == edges[i - 1])) continue;
    entry.fail(at, "'edges' must ascend", "sort them and remove repeats");
  }
  return edges;
}

}  // namespace

Binned dates_of(const Entry& entry) {
  entry.only({"type", "format", "from", "to", "step", "bins", "edges", "outside", "missing", column_key});
  Binned made;
  made.integer = true;
  made.calendar = entry.type == "date" ? Calendar::date : Calendar::datetime;
  made.format.text = entry.text("format");
  if (const std::string fault = fault_of(made.format, made.calendar == Calendar::datetime); !fault.empty()) {
    entry.fail("format", "'format' cannot be used: " + fault, "write it as %d.%m.%Y, or leave it out for 2024-01-31");
  }
  made.outside = outside_of(entry, Outside::clip);
  if (made.outside == Outside::other) entry.fail("outside", "dates have no 'other'", "use refuse or clip");
  const bool private_bins = entry.has("bins") && entry.value["bins"].is_object();
  const int ways = entry.has("step") + entry.has("edges") + (entry.has("bins") && !private_bins);
  if (ways > 1 || (ways == 0 && !private_bins)) {
    entry.fail(entry.has("step") ? "step" : "type",
               "the column '" + clipped(entry.name) + "' needs exactly one of step, bins and edges",
               "give from and to with step: month, or edges alone");
  }
  if (entry.has("edges")) {
    for (const char* key : {"from", "to"}) {
      if (entry.has(key)) entry.fail(key, std::string("'") + key + "' and 'edges' do not go together", "remove one");
    }
    made.edges = listed_edges(entry, made);
  } else {
    for (const char* key : {"from", "to"}) entry.require(key, "give its first and last day from public knowledge");
    const std::int64_t from = number_of(made, entry, "from", entry.text("from"));
    const std::int64_t to = number_of(made, entry, "to", entry.text("to"));
    if (from >= to) entry.fail("to", "'to' must be after 'from'", "correct the bounds");
    const double numbers = static_cast<double>(to - from) + 1;
    if (entry.has("step")) {
      made.edges = edges_by_step(entry, made.calendar, from, to);
    } else {
      const BinCount count = bin_count(entry, numbers);
      if (static_cast<double>(count.bins) > numbers) entry.fail("bins", "there are more bins than days", "use fewer");
      made.private_bins = count.private_bins;
      made.edges = equal_edges(count.bins, static_cast<double>(from), static_cast<double>(to), true);
      return made;
    }
  }
  if (private_bins) made.private_bins = bin_count(entry, static_cast<double>(made.edges.size() - 1)).private_bins;
  return made;
}

}  // namespace fedloom::config
