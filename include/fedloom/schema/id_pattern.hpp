#pragma once
// How regenerated identifiers are written: "P-{:06d}" makes P-000001, P-000002, … Public: the numbers are those of the
// rows, and have nothing to do with any entity.

#include <cstdint>
#include <string>
#include <string_view>

namespace fedloom::schema {

/// Text with one place for the number: {} or, with leading zeros up to so many digits, {:06d}. A longer number is
/// written whole, so that no two rows have the same.
class IdPattern {
 public:
  static constexpr std::size_t longest = 64;  ///< bytes
  static constexpr int most_digits = 18;

  /// The number alone.
  IdPattern() = default;
  /// Throws std::invalid_argument: no place or more than one, another brace, more than most_digits, longer than
  /// longest, control characters.
  explicit IdPattern(std::string_view text);
  /// As it was given; empty: the number alone.
  const std::string& text() const noexcept { return text_; }
  /// Whether identifiers are numbers, as without a pattern.
  bool is_number() const noexcept { return text_.empty(); }
  std::string write(std::uint64_t number) const;

 private:
  std::string text_, before_, after_;
  std::size_t digits_ = 0;
};

}  // namespace fedloom::schema
