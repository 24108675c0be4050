#include "fedloom/model/model_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/base/json_depth.hpp"
#include "model/safetensors.hpp"

namespace fedloom::model {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they are");

using nlohmann::json;

constexpr const char* kFormat = "fedloom-model";
constexpr const char* kKind = "product mixture";
constexpr std::uintmax_t kLargestFile = std::uintmax_t{4} << 30;
constexpr std::uint32_t kMostComponents = 1000000;
constexpr std::size_t kMostNetworkWeights = 1000;

/// Every damage is told as std::invalid_argument inside; who opened the file names it.
[[noreturn]] void refuse(const std::string& what) { throw std::invalid_argument(what); }

template <typename T>
ByteView bytes_of_values(const std::vector<T>& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
std::vector<T> values_of(const TensorView& tensor) {
  std::vector<T> out(tensor.bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
  return out;
}

std::string axes_text(const schema::Domain& domain) {
  json axes = json::array();
  for (const auto& axis : domain.axes()) axes.push_back({{"name", axis.name}, {"size", axis.size}});
  return axes.dump();
}

json parsed(const std::string& text, const char* what) {
  if (nested_too_deeply(text)) refuse(std::string(what) + " is nested too deeply");
  json value = json::parse(text, nullptr, false);
  if (value.is_discarded()) refuse(std::string(what) + " is not JSON");
  return value;
}

schema::Domain domain_of(const std::string& text) {
  const json list = parsed(text, "the domain");
  if (!list.is_array()) refuse("the domain is not a list of names and sizes");
  std::vector<schema::Domain::Axis> axes;
  std::uint64_t width = 0;
  for (const json& axis : list) {
    if (!axis.is_object()) refuse("the domain is not a list of names and sizes");
    const json name = axis.value("name", json()), size = axis.value("size", json());
    if (!name.is_string() || !size.is_number_unsigned()) refuse("the domain is not a list of names and sizes");
    constexpr std::uint64_t widest = std::numeric_limits<std::int32_t>::max();
    if (size.get<std::uint64_t>() > widest) refuse("the domain is too wide");
    axes.push_back({name.get<std::string>(), size.get<std::uint32_t>()});
    width += axes.back().size;
    if (width > widest) refuse("the domain is too wide");
  }
  return schema::Domain(std::move(axes));
}

/// Takes what a container holds away from it, so that what is left at the end is what nobody knows.
class Parts {
 public:
  explicit Parts(Container container) : container_(std::move(container)) {}

  bool has_text(const char* key) const { return container_.texts.contains(key); }
  std::string text(const char* key) {
    const auto found = container_.texts.find(key);
    if (found == container_.texts.end()) refuse(std::string("__metadata__ lacks '") + key + "'");
    return std::move(container_.texts.extract(found).mapped());
  }
  bool has_tensor(const std::string& name) const { return container_.tensors.contains(name); }
  TensorView tensor(const std::string& name, NumberType type) {
    const auto found = container_.tensors.find(name);
    if (found == container_.tensors.end()) refuse("the tensor '" + name + "' is missing");
    if (found->second.type != type) refuse("the tensor '" + name + "' holds another kind of numbers");
    return std::move(container_.tensors.extract(found).mapped());
  }
  const Container& left() const { return container_; }

 private:
  Container container_;
};

std::vector<float> finite_values(const TensorView& tensor, const char* what) {
  std::vector<float> values = values_of<float>(tensor);
  if (!std::all_of(values.begin(), values.end(), [](float x) { return std::isfinite(x); })) {
    refuse(std::string(what) + " are not finite numbers");
  }
  return values;
}

Expansion read_expansion(Parts& parts) {
  const json value = parsed(parts.text("expansion"), "the expansion");
  if (!value.is_object() || !value.contains("domain") || !value.contains("attributes") ||
      !value["attributes"].is_array()) {
    refuse("the expansion lacks its domain or its attributes");
  }
  schema::Domain fine = domain_of(value["domain"].dump());
  std::vector<schema::Coarsening::Axis> axes;
  std::vector<std::vector<double>> shares;
  for (const json& attribute : value["attributes"]) {
    if (!attribute.is_number_unsigned() || attribute.get<std::uint64_t>() >= fine.dimensions()) {
      refuse("the expansion names an attribute that is not there");
    }
    const std::string k = std::to_string(axes.size());
    schema::Coarsening::Axis axis{attribute.get<std::uint32_t>(), {}};
    for (const std::int32_t bin : values_of<std::int32_t>(parts.tensor("bins." + k, NumberType::i32))) {
      if (bin < 0) refuse("the expansion has a bin below 0");
      axis.bin_of.push_back(static_cast<std::uint32_t>(bin));
    }
    axes.push_back(std::move(axis));
    shares.push_back(values_of<double>(parts.tensor("shares." + k, NumberType::f64)));
  }
  return {std::move(fine), schema::Coarsening(std::move(axes)), std::move(shares)};
}

std::uint32_t whole_number(const std::string& text, std::uint32_t most, const char* what) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < 1 || value.get<std::uint64_t>() > most) {
    refuse(std::string(what) + " is not a number from 1 to " + std::to_string(most));
  }
  return value.get<std::uint32_t>();
}

void check_format(Parts& parts) {
  if (!parts.has_text("format") || parts.text("format") != kFormat) refuse("this is no model of Fedloom");
  const std::uint32_t version = whole_number(parts.text("format_version"), 1000000, "format_version");
  if (version != kModelVersion) {
    refuse("this is a model of version " + std::to_string(version) + ", and this program reads version " +
           std::to_string(kModelVersion));
  }
  if (parts.text("kind") != kKind) refuse("the model is of a kind that this program does not know");
}

/// What the file says of itself, for people and other programs. The schema is read by who uses it.
ModelCard read_card(Parts& parts) {
  ModelCard card;
  card.schema_yaml = parts.text("schema");
  card.privacy_json = parts.text("privacy");
  if (!parsed(card.privacy_json, "the privacy statement").is_object())
    refuse("the privacy statement is no JSON object");
  card.config_hash = parts.text("config_hash");
  if (card.config_hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    refuse("config_hash is not in hexadecimal digits");
  }
  card.notes_json = parts.text("notes");
  if (!parsed(card.notes_json, "the text of the notes").is_object()) refuse("the notes are no JSON object");
  return card;
}

ModelData decode(ByteView bytes) {
  Parts parts(read_container(bytes));
  check_format(parts);
  if (parts.text("sha256") != to_hex(sha256(parts.left().numbers))) refuse("the weights were changed: wrong sha256");
  ModelData model;
  model.components = whole_number(parts.text("components"), kMostComponents, "components");
  model.domain = domain_of(parts.text("domain"));
  const TensorView logits = parts.tensor("logits", NumberType::f32);
  if (logits.shape != std::vector<std::uint64_t>{model.components, model.domain.width()}) {
    refuse("the weights are not components × width numbers");
  }
  model.logits = finite_values(logits, "the weights");
  for (std::size_t k = 0; parts.has_tensor("network." + std::to_string(k)) && k < kMostNetworkWeights; ++k) {
    const TensorView tensor = parts.tensor("network." + std::to_string(k), NumberType::f32);
    model.network.push_back({tensor.shape, finite_values(tensor, "the network's weights")});
  }
  if (parts.has_text("expansion")) model.expansion = read_expansion(parts);
  if (!parts.left().tensors.empty()) refuse("there is a tensor that no model has");
  if (model.expansion.coarsening().over(model.expansion.empty() ? model.domain : model.expansion.fine()) !=
      model.domain) {
    refuse("the bins of the expansion are not the domain");
  }
  model.card = read_card(parts);
  return model;
}

}  // namespace

Bytes encode_model(const ModelData& model) {
  std::map<std::string, TensorView> tensors;
  tensors["logits"] = {NumberType::f32, {model.components, model.domain.width()}, bytes_of_values(model.logits)};
  for (std::size_t k = 0; k < model.network.size(); ++k) {
    const auto& [shape, values] = model.network[k];
    tensors["network." + std::to_string(k)] = {NumberType::f32, shape, bytes_of_values(values)};
  }
  std::map<std::string, std::string> texts{{"format", kFormat},
                                           {"format_version", std::to_string(kModelVersion)},
                                           {"kind", kKind},
                                           {"components", std::to_string(model.components)},
                                           {"domain", axes_text(model.domain)},
                                           {"schema", model.card.schema_yaml},
                                           {"privacy", model.card.privacy_json},
                                           {"config_hash", model.card.config_hash},
                                           {"notes", model.card.notes_json}};
  std::vector<std::vector<std::int32_t>> bins;
  const Expansion& expansion = model.expansion;
  if (!expansion.empty()) {
    json attributes = json::array();
    const auto& axes = expansion.coarsening().axes();
    for (const auto& axis : axes) {
      attributes.push_back(axis.attribute);
      bins.emplace_back(axis.bin_of.begin(), axis.bin_of.end());
    }
    for (std::size_t k = 0; k < axes.size(); ++k) {
      const std::string place = std::to_string(k);
      tensors["bins." + place] = {NumberType::i32, {bins[k].size()}, bytes_of_values(bins[k])};
      tensors["shares." + place] = {NumberType::f64, {bins[k].size()}, bytes_of_values(expansion.shares()[k])};
    }
    texts["expansion"] = json{{"domain", json::parse(axes_text(expansion.fine()))}, {"attributes", attributes}}.dump();
  }
  texts["sha256"] = to_hex(sha256(numbers_of(tensors)));
  try {
    return write_container(texts, tensors);
  } catch (const json::exception&) {
    throw std::invalid_argument("a text of the model is not UTF-8");
  }
}

ModelData decode_model(ByteView bytes, const std::string& name) {
  try {
    return decode(bytes);
  } catch (const std::invalid_argument& error) {
    throw ConfigError({name, 0, 0}, error.what(), std::string("use the ") + kModelFile + " of a finished run");
  }
}

ModelData read_model(const std::filesystem::path& path) {
  const bool folder = std::filesystem::is_directory(path);
  const std::filesystem::path file = folder ? path / kModelFile : path;
  const auto fail = [&](const char* what, const char* remedy) {
    throw ConfigError({file.string(), 0, 0}, what, remedy);
  };
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error && folder && std::filesystem::exists(path / "model.json")) {
    fail("the model there is of an older version, which is not read any more",
         "fit it again from what was released: fedloom refit RUN");
  }
  if (error) fail("the file is missing", "name the model.safetensors of a finished run");
  if (size > kLargestFile) fail("the file is larger than any model", "use the model.safetensors of a finished run");
  return decode_model(read_bytes(file), file.string());
}

}  // namespace fedloom::model
