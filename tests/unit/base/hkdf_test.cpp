#include "fedloom/base/hkdf.hpp"

#include <gtest/gtest.h>

namespace fedloom {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

const Bytes key_material(22, 0x0b);

TEST(Hkdf, gives_test_case_1_of_RFC_5869) {
  const auto out = hkdf_sha256(key_material, hex("000102030405060708090a0b0c"), hex("f0f1f2f3f4f5f6f7f8f9"));
  EXPECT_EQ(to_hex(out), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(Hkdf, takes_an_empty_salt_for_none_as_in_test_case_3_of_RFC_5869) {
  EXPECT_EQ(to_hex(hkdf_sha256(key_material, {}, {})),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

}  // namespace
}  // namespace fedloom
