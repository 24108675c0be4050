#include "model/safetensors.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "fedloom/base/json_depth.hpp"

namespace fedloom::model {
namespace {

using nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
// {"tensor": {"shape": [1]}} and no deeper.
constexpr int kDeepest = 3;
constexpr std::size_t kMostDimensions = 8;
constexpr std::uint64_t kWidest = std::uint64_t{1} << 31;

struct Named {
  NumberType type;
  const char* name;
  std::size_t bytes;
};
constexpr Named kTypes[] = {{NumberType::f32, "F32", 4}, {NumberType::f64, "F64", 8}, {NumberType::i32, "I32", 4}};

const Named& named(NumberType type) {
  return *std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Named& n) { return n.type == type; });
}

[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

json read_header(ByteView text) {
  const std::string_view characters(reinterpret_cast<const char*>(text.data()), text.size());
  if (nested_too_deeply(characters, kDeepest)) refuse("the header is nested too deeply");
  json header = json::parse(characters, nullptr, false);
  if (!header.is_object()) refuse("the header is not a JSON object");
  return header;
}

std::uint64_t number(const json& value) {
  if (!value.is_number_unsigned()) refuse("a tensor's shape or place is not a whole number");
  return value.get<std::uint64_t>();
}

struct Place {
  std::uint64_t begin, end;
};

Place read_tensor(const json& entry, TensorView& tensor) {
  if (!entry.is_object() || entry.size() != 3) refuse("a tensor is not described by dtype, shape and data_offsets");
  const json type = entry.value("dtype", json()), shape = entry.value("shape", json()),
             offsets = entry.value("data_offsets", json());
  const auto known = std::find_if(std::begin(kTypes), std::end(kTypes), [&](const Named& n) { return type == n.name; });
  if (known == std::end(kTypes)) refuse("a tensor's dtype is none of F32, F64 and I32");
  if (!shape.is_array() || shape.size() > kMostDimensions) refuse("a tensor's shape is not a short list");
  if (!offsets.is_array() || offsets.size() != 2) refuse("a tensor's data_offsets are not two numbers");
  tensor.type = known->type;
  const Place place{number(offsets[0]), number(offsets[1])};
  if (place.begin > place.end) refuse("a tensor ends before it begins");
  std::uint64_t bytes = known->bytes;
  for (const json& size : shape) {
    tensor.shape.push_back(number(size));
    if (tensor.shape.back() == 0) refuse("a tensor has no numbers");
    if (__builtin_mul_overflow(bytes, tensor.shape.back(), &bytes)) refuse("a tensor's shape is too large");
    if (tensor.shape.back() > kWidest) refuse("a tensor's shape is too large");
  }
  if (bytes != place.end - place.begin) refuse("a tensor's shape does not fit its place");
  return place;
}

void read_texts(const json& value, std::map<std::string, std::string>& texts) {
  if (!value.is_object()) refuse("__metadata__ is not an object");
  for (const auto& [key, text] : value.items()) {
    if (!text.is_string()) refuse("__metadata__ holds what is not text");
    texts[key] = text.get<std::string>();
  }
}

std::vector<std::pair<std::string, const TensorView*>> in_order(const std::map<std::string, TensorView>& tensors) {
  std::vector<std::pair<std::string, const TensorView*>> order;
  for (const auto& [name, tensor] : tensors) order.emplace_back(name, &tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return bytes_of(a.second->type) > bytes_of(b.second->type); });
  return order;
}

}  // namespace

std::size_t bytes_of(NumberType type) noexcept { return named(type).bytes; }

Container read_container(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint64_t length = reader.u64();
  if (!reader.ok()) refuse("the file is too short");
  if (length > kLargestHeader) refuse("the header is longer than any model's");
  if (length > bytes.size() - kLengthBytes) refuse("the file is shorter than its header says");
  const json header = read_header(bytes.subspan(kLengthBytes, length));
  Container container;
  container.numbers = bytes.subspan(kLengthBytes + length);
  std::vector<std::pair<Place, TensorView*>> places;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      read_texts(entry, container.texts);
    } else {
      TensorView& tensor = container.tensors[name];
      places.emplace_back(read_tensor(entry, tensor), &tensor);
    }
  }
  std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.begin, a.first.end) < std::pair(b.first.begin, b.first.end);
  });
  std::uint64_t upto = 0;
  for (const auto& [place, tensor] : places) {
    if (place.begin != upto || place.end > container.numbers.size()) {
      refuse("the tensors do not lie one after the other in the file");
    }
    tensor->bytes = container.numbers.subspan(place.begin, place.end - place.begin);
    upto = place.end;
  }
  if (upto != container.numbers.size()) refuse("the tensors do not fill the file");
  return container;
}

Bytes numbers_of(const std::map<std::string, TensorView>& tensors) {
  Bytes out;
  for (const auto& [name, tensor] : in_order(tensors))
    out.insert(out.end(), tensor->bytes.begin(), tensor->bytes.end());
  return out;
}

Bytes write_container(const std::map<std::string, std::string>& texts,
                      const std::map<std::string, TensorView>& tensors) {
  nlohmann::ordered_json header{{"__metadata__", texts}};
  std::uint64_t upto = 0;
  for (const auto& [name, tensor] : in_order(tensors)) {
    const std::uint64_t end = upto + tensor->bytes.size();
    header[name] = {{"dtype", named(tensor->type).name}, {"shape", tensor->shape}, {"data_offsets", {upto, end}}};
    upto = end;
  }
  std::string text = header.dump();
  while (text.size() % kLengthBytes != 0) text += ' ';
  ByteWriter out;
  out.u64(text.size());
  out.raw(as_bytes(text));
  out.raw(numbers_of(tensors));
  return std::move(out).take();
}

}  // namespace fedloom::model
