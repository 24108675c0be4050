// model.pt is one B × D tensor as torch.save writes it; model.json describes it; network.pt, where the logits came from
// a network, is the list of its weights. Files may come from a stranger: sizes are checked before a tensor is read, and
// the tensor before it is used.

#include <ATen/ATen.h>
#include <torch/csrc/jit/serialization/pickle.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/hash.hpp"
#include "fedloom/model/tensors.hpp"

namespace fedloom::model {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::uintmax_t kLargestFile = std::uintmax_t{4} << 30;
constexpr const char* kRemedy = "use the model.pt and model.json of one finished run";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw ConfigError({file.string(), 0, 0}, what, kRemedy);
}

void require_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) refuse(file, "the file is missing");
  if (size > kLargestFile) refuse(file, "the file is larger than any model");
}

json read_description(const std::filesystem::path& file) {
  require_file(file);
  json description = json::parse(read_text(file), nullptr, false);
  if (!description.is_object()) refuse(file, "the file is not a JSON object");
  if (description.value("format", json()) != "fedloom-model" || description.value("version", json()) != kVersion) {
    refuse(file, "this is not a model of version 1");
  }
  return description;
}

schema::Domain read_domain(const json& description, const char* key, const std::filesystem::path& file) {
  try {
    std::vector<schema::Domain::Axis> axes;
    std::uint64_t width = 0;
    for (const json& axis : description.at(key)) {
      axes.push_back({axis.at("name").get<std::string>(), axis.at("size").get<std::uint32_t>()});
      width += axes.back().size;
    }
    if (width > std::numeric_limits<std::int32_t>::max()) refuse(file, "the domain is too wide");
    return schema::Domain(std::move(axes));
  } catch (const json::exception&) {
    refuse(file, "the domain is not a list of names and sizes");
  } catch (const std::invalid_argument& error) {
    refuse(file, std::string("the domain is wrong: ") + error.what());
  }
}

json axes_json(const schema::Domain& domain) {
  json axes = json::array();
  for (const auto& axis : domain.axes()) axes.push_back({{"name", axis.name}, {"size", axis.size}});
  return axes;
}

json expansion_json(const Expansion& expansion) {
  return {{"domain", axes_json(expansion.fine())},
          {"coarsening", json::parse(schema::to_json(expansion.coarsening(), expansion.fine()))},
          {"shares", expansion.shares()}};
}

void read_expansion(const json& value, Generator& generator, const std::filesystem::path& file) {
  try {
    schema::Domain fine = read_domain(value, "domain", file);
    auto coarsening = schema::coarsening_from_json(value.at("coarsening").dump(), fine);
    generator.expand(
        {std::move(fine), std::move(coarsening), value.at("shares").get<std::vector<std::vector<double>>>()});
  } catch (const json::exception&) {
    refuse(file, "the expansion is damaged");
  } catch (const std::invalid_argument& error) {
    refuse(file, std::string("the expansion is wrong: ") + error.what());
  }
}

Bytes pickled(const c10::IValue& value) {
  const std::vector<char> bytes = torch::jit::pickle_save(value);
  return {bytes.begin(), bytes.end()};
}

/// Empty where the bytes are not what torch.save writes.
c10::IValue unpickled(const Bytes& bytes) {
  try {
    return torch::jit::pickle_load(std::vector<char>(bytes.begin(), bytes.end()));
  } catch (const std::exception&) {  // c10::Error and what its reader may throw on damage
    return {};
  }
}

/// The file's bytes, when they are those that model.json tells of.
Bytes described_bytes(const std::filesystem::path& file, const json& sha256_hex) {
  require_file(file);
  Bytes bytes = read_bytes(file);
  if (sha256_hex != to_hex(sha256(bytes))) refuse(file, "the file is not the one that model.json describes");
  return bytes;
}

bool is_plain(const at::Tensor& tensor) {
  return tensor.layout() == at::kStrided && tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat &&
         at::isfinite(tensor).all().item<bool>();
}

at::Tensor read_logits(const std::filesystem::path& file, const Bytes& bytes, std::int64_t components,
                       std::int64_t width) {
  const c10::IValue value = unpickled(bytes);
  if (!value.isTensor()) refuse(file, "the file does not hold a tensor");
  const at::Tensor& tensor = value.toTensor();
  if (tensor.dim() != 2 || tensor.size(0) != components || tensor.size(1) != width || !is_plain(tensor)) {
    refuse(file, "the weights are not components × width finite numbers");
  }
  return tensor.contiguous().clone();
}

std::vector<at::Tensor> read_network(const std::filesystem::path& file, const Bytes& bytes) {
  const c10::IValue value = unpickled(bytes);
  if (!value.isTensorList()) refuse(file, "the file does not hold a list of tensors");
  std::vector<at::Tensor> weights = value.toTensorVector();
  std::uint64_t numbers = 0;  // a view may claim more of them than the file holds
  for (const at::Tensor& weight : weights) numbers += static_cast<std::uint64_t>(weight.numel());
  if (numbers > bytes.size() / sizeof(float)) refuse(file, "the file is too short for its weights");
  for (at::Tensor& weight : weights) {
    if (!is_plain(weight)) refuse(file, "the network's weights are not finite numbers");
    weight = weight.contiguous().clone();
  }
  return weights;
}

}  // namespace

void Generator::save(const std::filesystem::path& folder, const std::string& notes_json) const {
  const Bytes weights = pickled(tensors_->logits);
  json notes = json::parse(notes_json, nullptr, false);
  if (notes.is_discarded()) notes = notes_json;
  json description = {{"format", "fedloom-model"},
                      {"version", kVersion},
                      {"kind", "product mixture"},
                      {"components", tensors_->components},
                      {"domain", axes_json(tensors_->domain)},
                      {"sha256", to_hex(sha256(weights))},
                      {"notes", notes}};
  if (!expansion_.empty()) description["expansion"] = expansion_json(expansion_);
  std::filesystem::create_directories(folder);
  if (!tensors_->network.empty()) {
    const Bytes network = pickled(c10::List<at::Tensor>(at::ArrayRef<at::Tensor>(tensors_->network)));
    description["network"] = {{"sha256", to_hex(sha256(network))}};
    write_atomically(folder / "network.pt", network);
  }
  write_atomically(folder / "model.pt", weights);
  write_atomically(folder / "model.json", description.dump(2) + "\n");
  std::error_code ignored;  // what model.json does not name is not read
  if (tensors_->network.empty()) std::filesystem::remove(folder / "network.pt", ignored);
}

Generator Generator::load(const std::filesystem::path& folder) {
  const std::filesystem::path weights = folder / "model.pt", text = folder / "model.json";
  const json description = read_description(text);
  schema::Domain domain = read_domain(description, "domain", text);
  const json count = description.value("components", json());
  if (!count.is_number_unsigned() || count.get<std::uint64_t>() - 1 >= 1000000) {
    refuse(text, "components is not a number from 1 to 1000000");
  }
  const auto components = count.get<std::uint32_t>();
  require_file(weights);
  const std::uintmax_t payload = std::uintmax_t{components} * domain.width() * sizeof(float);
  if (std::filesystem::file_size(weights) < payload) refuse(weights, "the file is too short for its model");
  const Bytes bytes = described_bytes(weights, description.value("sha256", json()));
  Generator generator(std::move(domain), components);
  generator.tensors_->logits = read_logits(weights, bytes, components, generator.domain().width());
  if (description.contains("network")) {
    const json& network = description["network"];
    const std::filesystem::path file = folder / "network.pt";
    if (!network.is_object()) refuse(text, "network is not an object");
    generator.tensors_->network = read_network(file, described_bytes(file, network.value("sha256", json())));
  }
  if (description.contains("expansion")) read_expansion(description["expansion"], generator, text);
  return generator;
}

}  // namespace fedloom::model
