#include "fedloom/base/bytes.hpp"

#include <algorithm>
#include <bit>

#include "fedloom/base/check.hpp"

namespace fedloom {
namespace {

template <typename Word>
void put(Bytes& out, Word value) {
  for (std::size_t i = 0; i < sizeof(Word); ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <typename Word>
Word get(ByteView bytes) {
  Word value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value = static_cast<Word>(value | static_cast<Word>(bytes[i]) << (8 * i));
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void ByteWriter::u8(std::uint8_t v) { bytes_.push_back(v); }
void ByteWriter::u16(std::uint16_t v) { put(bytes_, v); }
void ByteWriter::u32(std::uint32_t v) { put(bytes_, v); }
void ByteWriter::u64(std::uint64_t v) { put(bytes_, v); }
void ByteWriter::f64(double v) { put(bytes_, std::bit_cast<std::uint64_t>(v)); }
void ByteWriter::raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

void ByteWriter::blob(ByteView bytes) {
  FEDLOOM_CHECK(bytes.size() <= UINT32_MAX);
  u32(static_cast<std::uint32_t>(bytes.size()));
  raw(bytes);
}

void ByteWriter::text(std::string_view text) { blob(as_bytes(text)); }

void ByteWriter::words(std::span<const std::uint64_t> words) {
  u64(words.size());
  if constexpr (std::endian::native == std::endian::little) {
    raw({reinterpret_cast<const std::uint8_t*>(words.data()), words.size_bytes()});
  } else {
    for (const std::uint64_t word : words) u64(word);
  }
}

ByteView ByteReader::take(std::size_t n) {
  if (!ok_ || n > rest_.size()) {
    ok_ = false;
    return {};
  }
  const ByteView taken = rest_.first(n);
  rest_ = rest_.subspan(n);
  return taken;
}

std::uint8_t ByteReader::u8() { return get<std::uint8_t>(take(1)); }
std::uint16_t ByteReader::u16() { return get<std::uint16_t>(take(2)); }
std::uint32_t ByteReader::u32() { return get<std::uint32_t>(take(4)); }
std::uint64_t ByteReader::u64() { return get<std::uint64_t>(take(8)); }
double ByteReader::f64() { return std::bit_cast<double>(u64()); }

bool ByteReader::raw(std::span<std::uint8_t> out) {
  const ByteView taken = take(out.size());
  std::copy(taken.begin(), taken.end(), out.begin());
  return ok_;
}

Bytes ByteReader::blob(std::size_t limit) {
  const std::uint32_t size = u32();
  if (size > limit) fail();
  const ByteView taken = take(size);
  return {taken.begin(), taken.end()};
}

std::string ByteReader::text(std::size_t limit) {
  const std::uint32_t size = u32();
  if (size > limit) fail();
  const ByteView taken = take(size);
  return {taken.begin(), taken.end()};
}

std::vector<std::uint64_t> ByteReader::words(std::size_t limit) {
  const std::uint64_t count = u64();
  // Compared before multiplying, so that a hostile count cannot overflow.
  if (count > limit || count > rest_.size() / 8) fail();
  if (!ok_) return {};
  const ByteView taken = take(static_cast<std::size_t>(count) * 8);
  std::vector<std::uint64_t> words(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = get<std::uint64_t>(taken.subspan(8 * i, 8));
  return words;
}

std::string to_hex(ByteView bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace fedloom
