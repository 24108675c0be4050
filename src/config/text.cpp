#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace fedloom::config {
namespace {

constexpr std::size_t longest_name = 100;

/// Optimal string alignment distance of two texts of at most longest_name bytes. Three rows of its table are enough.
std::size_t edits(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, longest_name + 1>;
  Row before_last{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

/// Bytes of the UTF-8 character at the start of `text`, 0 when it is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<std::uint8_t>(text[k]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t k = 1; k < length; ++k) {
    if ((byte(k) & 0xC0) != 0x80) return 0;
  }
  // No overlong forms, no surrogates, nothing beyond U+10FFFF.
  const bool bad = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
                   (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
  return bad ? 0 : length;
}

}  // namespace

std::string clipped(std::string_view text) {
  constexpr std::size_t most = 40;
  std::string shown;
  for (std::size_t at = 0, length = 0; at < text.size(); at += std::max<std::size_t>(length, 1)) {
    length = utf8_length(text.substr(at));
    if (shown.size() + length > most) return shown + "…";
    const bool printable = length > 1 || (length == 1 && text[at] >= ' ' && text[at] != '\x7f');
    shown += printable ? std::string(text.substr(at, length)) : "?";
  }
  return shown;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::string nearest(std::string_view text, const std::vector<std::string>& names) {
  if (text.size() > longest_name) return {};
  std::string best;
  std::size_t fewest = std::max<std::size_t>(1, text.size() / 3) + 1;
  for (const std::string& name : names) {
    // So many letters must at least be put in or taken out.
    const std::size_t longer = std::max(name.size(), text.size()) - std::min(name.size(), text.size());
    if (name.size() > longest_name || longer >= fewest) continue;
    const std::size_t count = edits(text, name);
    if (count < fewest) {
      fewest = count;
      best = name;
    }
  }
  return best;
}

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace fedloom::config
