// Which columns of the table an attribute is made of: column, part, since, derive.

#include "schema_entry.hpp"
#include "text.hpp"

namespace fedloom::config {
namespace {

using schema::DatePart;
using schema::Origin;

DatePart part_named(const std::string& name) {
  if (name == "quarter") return DatePart::quarter;
  if (name == "month") return DatePart::month;
  if (name == "week") return DatePart::week;
  if (name == "day") return DatePart::day;
  if (name == "weekday") return DatePart::weekday;
  return name == "hour" ? DatePart::hour : DatePart::year;
}

void read_rule(const Entry& entry, Origin& origin) {
  const nlohmann::json& rule = entry.value["derive"];
  const int ways = rule.contains("difference") + rule.contains("sum") + rule.contains("ratio");
  if (ways != 1) {
    entry.fail("derive", "'derive' needs exactly one of difference, sum and ratio", "such as difference: [left, came]");
  }
  const char* key = rule.contains("difference") ? "difference" : rule.contains("sum") ? "sum" : "ratio";
  origin.kind = rule.contains("difference") ? Origin::Kind::difference
                : rule.contains("sum")      ? Origin::Kind::sum
                                            : Origin::Kind::ratio;
  origin.columns = rule[key].get<std::vector<std::string>>();
  if (origin.kind != Origin::Kind::sum && origin.columns.size() != 2) {
    entry.fail(std::string("derive/") + key, std::string("'") + key + "' takes two columns", "name two");
  }
  if (!rule.contains("in")) return;
  if (origin.kind != Origin::Kind::difference)
    entry.fail("derive/in", "'in' is for a difference of dates", "remove it");
  const auto unit = rule["in"].get<std::string>();
  origin.unit = unit == "hours" ? Origin::Unit::hours : unit == "days" ? Origin::Unit::days : Origin::Unit::years;
}

}  // namespace

Origin origin_of(const Entry& entry) {
  Origin origin;
  if (entry.has(column_key) && entry.text(column_key) != entry.name) origin.columns = {entry.text(column_key)};
  const int rules = entry.has("part") + entry.has("since") + entry.has("derive");
  if (rules > 1) {
    const char* second = entry.has("derive") ? "derive" : "since";
    entry.fail(second, "'part', 'since' and 'derive' do not go together", "keep one of them");
  }
  const bool numbers = entry.type == "integer" || entry.type == "real";
  if (rules > 0 && !numbers) return origin;  // the kind of column says that it means nothing there
  if (entry.has("part")) {
    origin.kind = Origin::Kind::part;
    origin.part = part_named(entry.text("part"));
    if (origin.columns.empty()) origin.columns = {entry.name};
  }
  if (entry.has("since")) {
    origin.kind = Origin::Kind::difference;
    origin.unit = Origin::Unit::days;
    origin.columns = {entry.has(column_key) ? entry.text(column_key) : entry.name, entry.text("since")};
  }
  if (entry.has("derive")) {
    if (entry.has(column_key)) entry.fail(column_key, "'column' and 'derive' do not go together", "remove one");
    read_rule(entry, origin);
  }
  const bool of_dates = origin.kind == Origin::Kind::part || origin.unit != Origin::Unit::number;
  if (numbers && entry.has("format")) {
    if (!of_dates) entry.fail("format", "'format' is for dates", "remove it");
    origin.format.text = entry.text("format");
    if (const std::string fault = fault_of(origin.format, false); !fault.empty()) {
      entry.fail("format", "'format' cannot be used: " + fault, "write it as %d.%m.%Y, or leave it out for 2024-01-31");
    }
  }
  return origin;
}

}  // namespace fedloom::config
