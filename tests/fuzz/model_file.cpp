// What reads a model file from a stranger. `container`: any bytes. `model`: the same, with a hash that fits, so that
// all behind the hash is reached; what is read encodes to bytes that read the same.

#include "fedloom/model/model_file.hpp"

#include <stdexcept>

#include "fedloom/base/error.hpp"
#include "fedloom/base/hash.hpp"
#include "fuzzer.hpp"
#include "model/safetensors.hpp"

namespace fedloom::fuzz {
namespace {

void run_container(ByteView bytes) {
  try {
    const model::Container container = model::read_container(bytes);
    std::size_t numbers = 0;
    for (const auto& [name, tensor] : container.tensors) numbers += tensor.bytes.size();
    require(numbers == container.numbers.size(), "tensors overlap, or leave a gap");
  } catch (const std::invalid_argument&) {  // refused: as it should be
  }
}

/// The same file with the hash of its numbers; empty when it is no container.
Bytes with_hash(ByteView bytes) {
  try {
    model::Container container = model::read_container(bytes);
    container.texts["sha256"] = to_hex(sha256(model::numbers_of(container.tensors)));
    return model::write_container(container.texts, container.tensors);
  } catch (const std::invalid_argument&) {
    return {};
  }
}

void run_model(ByteView bytes) {
  const Bytes hashed = with_hash(bytes);
  try {
    const model::ModelData data = model::decode_model(hashed, "fuzz");
    require(data.logits.size() == std::size_t{data.components} * data.domain.width(), "weights are missing");
    const Bytes again = model::encode_model(data);
    require(model::encode_model(model::decode_model(again, "again")) == again, "a model has two encodings");
  } catch (const ConfigError&) {  // refused, with a sentence
  }
}

}  // namespace
}  // namespace fedloom::fuzz

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  fedloom::fuzz::target() = fedloom::fuzz::target_of(*argc, *argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fedloom::fuzz;
  if (target() == "model_container") {
    run_container({data, size});
  } else {
    run_model({data, size});
  }
  return 0;
}
