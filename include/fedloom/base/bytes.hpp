#pragma once
// Bytes, and bounded reading and writing of them. All integers are
// little-endian on the wire and on disk. A reader never trusts a length: every
// read is checked against what is left and against the caller's own limit.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fedloom {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

class ByteWriter {
 public:
  void u8(std::uint8_t v);
  void u16(std::uint16_t v);
  void u32(std::uint32_t v);
  void u64(std::uint64_t v);
  void f64(double v);
  void raw(ByteView bytes);                          ///< no length
  void blob(ByteView bytes);                         ///< u32 length, then the bytes
  void text(std::string_view text);                  ///< as blob
  void words(std::span<const std::uint64_t> words);  ///< u64 count, then the words
  const Bytes& bytes() const noexcept { return bytes_; }
  Bytes take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// Reads what ByteWriter wrote. The first read that does not fit makes ok()
/// false for good; every later read gives a zero or an empty value.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes) noexcept : rest_(bytes) {}
  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  double f64();
  bool raw(std::span<std::uint8_t> out);
  Bytes blob(std::size_t limit);
  std::string text(std::size_t limit);
  std::vector<std::uint64_t> words(std::size_t limit);
  void fail() noexcept { ok_ = false; }
  bool ok() const noexcept { return ok_; }
  /// True when nothing went wrong and every byte was read.
  bool finished() const noexcept { return ok_ && rest_.empty(); }

 private:
  ByteView take(std::size_t n);
  ByteView rest_;
  bool ok_ = true;
};

std::string to_hex(ByteView bytes);
/// Empty when the text is not an even number of hexadecimal digits.
std::optional<Bytes> from_hex(std::string_view text);
/// Empty when the text is not exactly N bytes in hexadecimal digits.
template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> fixed_from_hex(std::string_view text) {
  const std::optional<Bytes> bytes = from_hex(text);
  if (!bytes || bytes->size() != N) return std::nullopt;
  std::array<std::uint8_t, N> fixed;
  std::copy(bytes->begin(), bytes->end(), fixed.begin());
  return fixed;
}
ByteView as_bytes(std::string_view text) noexcept;

}  // namespace fedloom
