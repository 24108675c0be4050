// What reads a model file from a stranger. An input is a file, or begins with '{' and is the header's text, a line
// break and the tensors' numbers, before which the length that a file begins with is written. Targets: model_container
// reads it; model puts the hash in that fits, so that all behind the hash is reached; what is read encodes to bytes
// that read the same.

#include "fedloom/model/model_file.hpp"

#include <algorithm>
#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/base/hash.hpp"
#include "fuzzer.hpp"
#include "model/safetensors.hpp"

namespace fedloom::fuzz {
namespace {

struct Parts {
  std::string header;
  ByteView numbers;
};

Parts parts_of(ByteView input) {
  const auto end = std::find(input.begin(), input.end(), '\n');
  const auto after = end == input.end() ? end : end + 1;
  return {std::string(input.begin(), end), ByteView(after, input.end())};
}

/// Puts the hash of the numbers where the header has one.
void set_hash(Parts& parts) {
  constexpr std::string_view key = "\"sha256\":\"";
  const std::size_t at = parts.header.find(key);
  if (at == std::string::npos) return;
  const std::size_t begin = at + key.size(), end = parts.header.find('"', begin);
  if (end != std::string::npos) parts.header.replace(begin, end - begin, to_hex(sha256(parts.numbers)));
}

Bytes file_of(const Parts& parts) {
  ByteWriter out;
  out.u64(parts.header.size());
  out.raw(as_bytes(parts.header));
  out.raw(parts.numbers);
  return std::move(out).take();
}

void run_container(ByteView file) {
  try {
    const model::Container container = model::read_container(file);
    std::size_t numbers = 0;
    for (const auto& [name, tensor] : container.tensors) numbers += tensor.bytes.size();
    require(numbers == container.numbers.size(), "tensors overlap, or leave a gap");
  } catch (const std::invalid_argument&) {  // refused: as it should be
  }
}

void run_model(ByteView file) {
  try {
    const model::ModelData data = model::decode_model(file, "fuzz");
    require(data.logits.size() == std::size_t{data.components} * data.domain.width(), "weights are missing");
    const Bytes again = model::encode_model(data);
    require(model::encode_model(model::decode_model(again, "again")) == again, "a model has two encodings");
  } catch (const ConfigError&) {  // refused, with a sentence
  }
}

}  // namespace
}  // namespace fedloom::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  using namespace fedloom::fuzz;
  target() = target_of(*argc, *argv);
  require(target() == "model_container" || target() == "model", "no such target");
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedloom::fuzz;
  static const bool is_container = target() == "model_container";
  const auto run = is_container ? run_container : run_model;
  if (size == 0 || data[0] != '{') {
    run({data, size});
    return 0;
  }
  Parts parts = parts_of({data, size});
  if (!is_container) set_hash(parts);
  run(file_of(parts));
  return 0;
}
