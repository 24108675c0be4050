#pragma once
// The safetensors container (https://github.com/huggingface/safetensors): 8 bytes of length, a JSON header that names
// tensors and holds texts, then the tensors' raw little-endian numbers. Nothing in it is ever run.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fedloom/base/bytes.hpp"

namespace fedloom::model {

enum class NumberType : std::uint8_t { f32, f64, i32 };
std::size_t bytes_of(NumberType type) noexcept;

struct TensorView {
  NumberType type = NumberType::f32;
  std::vector<std::uint64_t> shape;
  ByteView bytes;
};

struct Container {
  std::map<std::string, std::string> texts;   ///< __metadata__
  std::map<std::string, TensorView> tensors;  ///< views of what was given
  ByteView numbers;                           ///< all of the tensors' bytes
};

inline constexpr std::uint64_t kLargestHeader = std::uint64_t{64} << 20;

/// Throws std::invalid_argument with what is wrong: no length is trusted, the tensors fill what follows the header
/// without gap or overlap, and nothing is allocated that the bytes do not hold.
Container read_container(ByteView bytes);

/// Tensors stand in the order of their size of number, large ones first, then of their names.
Bytes write_container(const std::map<std::string, std::string>& texts,
                      const std::map<std::string, TensorView>& tensors);

/// The tensors' bytes as write_container lays them out: for a hash that stands in the texts.
Bytes numbers_of(const std::map<std::string, TensorView>& tensors);

}  // namespace fedloom::model
