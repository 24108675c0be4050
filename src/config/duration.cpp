#include "duration.hpp"

#include <charconv>

namespace fedloom::config {

Millis duration(const Document& document, const std::string& pointer, Millis otherwise, const DurationRange& range) {
  const nlohmann::json::json_pointer at(pointer);
  if (!document.value().contains(at)) return otherwise;
  const std::string text = document.value()[at];
  std::int64_t count = 0;
  const auto digits = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string unit(digits.ptr, text.data() + text.size());
  const std::int64_t factor = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60000 : 3600000;
  const Millis value(count * factor);
  if (value < range.least || value > range.most) {
    document.fail(pointer, "'" + at.back() + "' must be " + range.phrase + ", not '" + text + "'", "correct it");
  }
  return value;
}

std::string duration_text(Millis value) { return std::to_string(value.count()) + "ms"; }

}  // namespace fedloom::config
