#include "fedloom/base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace fedloom {
namespace {

TEST(Bytes, come_back_as_they_were_written) {
  ByteWriter writer;
  writer.u8(0xAB);
  writer.u16(0xBEEF);
  writer.u32(0xDEADBEEF);
  writer.u64(0x0123456789ABCDEF);
  writer.f64(-0.1);
  writer.blob(Bytes{1, 2, 3});
  writer.text("hello");
  writer.words(std::vector<std::uint64_t>{7, UINT64_MAX});
  ByteReader reader(writer.bytes());
  EXPECT_EQ(reader.u8(), 0xAB);
  EXPECT_EQ(reader.u16(), 0xBEEF);
  EXPECT_EQ(reader.u32(), 0xDEADBEEF);
  EXPECT_EQ(reader.u64(), 0x0123456789ABCDEFU);
  EXPECT_EQ(reader.f64(), -0.1);
  EXPECT_EQ(reader.blob(3), (Bytes{1, 2, 3}));
  EXPECT_EQ(reader.text(5), "hello");
  EXPECT_EQ(reader.words(2), (std::vector<std::uint64_t>{7, UINT64_MAX}));
  EXPECT_TRUE(reader.finished());
}

TEST(Bytes, integers_are_little_endian) {
  ByteWriter writer;
  writer.u32(0x01020304);
  writer.words(std::vector<std::uint64_t>{0x0A});
  EXPECT_EQ(to_hex(writer.bytes()), "0403020101000000000000000a00000000000000");
}

TEST(ByteReader, never_reads_past_the_end) {
  const Bytes three{1, 2, 3};
  ByteReader reader{ByteView(three)};
  EXPECT_EQ(reader.u32(), 0U);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0U) << "what went wrong once stays wrong";
  EXPECT_FALSE(reader.finished());
}

TEST(ByteReader, a_length_over_the_limit_fails) {
  ByteWriter writer;
  writer.text("hello");
  EXPECT_EQ(ByteReader(writer.bytes()).text(4), "");
  ByteReader blob(writer.bytes());
  EXPECT_TRUE(blob.blob(4).empty());
  EXPECT_FALSE(blob.ok());
}

TEST(ByteReader, a_length_beyond_what_is_left_fails_without_allocating) {
  ByteWriter writer;
  writer.u64(UINT64_MAX / 4);
  writer.u64(0);
  ByteReader words(writer.bytes());
  EXPECT_TRUE(words.words(SIZE_MAX).empty());
  EXPECT_FALSE(words.ok());
  ByteWriter blob;
  blob.u32(UINT32_MAX);
  ByteReader reader(blob.bytes());
  EXPECT_TRUE(reader.blob(SIZE_MAX).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, words_over_the_limit_fail) {
  ByteWriter writer;
  writer.words(std::vector<std::uint64_t>{1, 2, 3});
  ByteReader reader(writer.bytes());
  EXPECT_TRUE(reader.words(2).empty());
  EXPECT_FALSE(reader.ok());
}

TEST(ByteReader, is_not_finished_while_bytes_are_left) {
  const Bytes two{1, 2};
  ByteReader reader{ByteView(two)};
  reader.u8();
  EXPECT_TRUE(reader.ok());
  EXPECT_FALSE(reader.finished());
}

TEST(ByteReader, raw_fills_the_whole_span_or_fails) {
  const Bytes three{1, 2, 3};
  ByteReader reader{ByteView(three)};
  std::array<std::uint8_t, 2> out{};
  EXPECT_TRUE(reader.raw(out));
  EXPECT_EQ(out[1], 2);
  EXPECT_FALSE(reader.raw(out));
}

TEST(Hex, goes_both_ways) {
  const Bytes bytes{0x00, 0x7F, 0xFF};
  EXPECT_EQ(to_hex(ByteView(bytes)), "007fff");
  EXPECT_EQ(from_hex("007fFF"), bytes);
  EXPECT_EQ(from_hex(""), Bytes{});
}

TEST(Hex, text_that_is_not_hex_is_empty) {
  EXPECT_FALSE(from_hex("abc"));
  EXPECT_FALSE(from_hex("0g"));
  EXPECT_FALSE(from_hex(" 1"));
}

TEST(Hex, of_a_fixed_length_is_neither_shorter_nor_longer) {
  EXPECT_EQ(fixed_from_hex<2>("01fe"), (std::array<std::uint8_t, 2>{0x01, 0xFE}));
  EXPECT_FALSE(fixed_from_hex<2>("01"));
  EXPECT_FALSE(fixed_from_hex<2>("01fe00"));
  EXPECT_FALSE(fixed_from_hex<2>("01fg"));
}

}  // namespace
}  // namespace fedloom
