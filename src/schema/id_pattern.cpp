#include "fedloom/schema/id_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace fedloom::schema {

IdPattern::IdPattern(std::string_view text) : text_(text) {
  if (text.size() > longest) throw std::invalid_argument("it is longer than 64 bytes");
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; })) {
    throw std::invalid_argument("it has a control character");
  }
  const std::size_t open = text.find('{'), close = text.find('}');
  if (open == text.npos || close == text.npos || close < open) {
    throw std::invalid_argument("it has no place for the row's number");
  }
  before_ = text.substr(0, open);
  after_ = text.substr(close + 1);
  if (after_.find_first_of("{}") != after_.npos) throw std::invalid_argument("it has more than one place in braces");
  std::string_view inside = text.substr(open + 1, close - open - 1);
  if (inside.empty()) return;
  if (inside.ends_with('d')) inside.remove_suffix(1);
  if (!inside.starts_with(":0")) throw std::invalid_argument("what stands in its braces is neither {} nor as {:06d}");
  inside.remove_prefix(2);
  const auto read = std::from_chars(inside.data(), inside.data() + inside.size(), digits_);
  if (read.ec != std::errc() || read.ptr != inside.data() + inside.size() || digits_ == 0) {
    throw std::invalid_argument("what stands in its braces is neither {} nor as {:06d}");
  }
  if (digits_ > most_digits) throw std::invalid_argument("it asks for more than 18 digits");
}

std::string IdPattern::write(std::uint64_t number) const {
  const std::string digits = std::to_string(number);
  return before_ + std::string(digits_ > digits.size() ? digits_ - digits.size() : 0, '0') + digits + after_;
}

}  // namespace fedloom::schema
