// model.pt is one B × D tensor as torch.save writes it; model.json describes it. Files may come from a stranger:
// sizes are checked before the tensor is read, and the tensor before it is used.

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

at::Tensor read_tensor(const std::filesystem::path& file, const Bytes& bytes) {
  try {
    const c10::IValue value = torch::jit::pickle_load(std::vector<char>(bytes.begin(), bytes.end()));
    if (value.isTensor()) return value.toTensor();
  } catch (const std::exception&) {  // c10::Error and what its reader may throw on damage
    refuse(file, "the file does not hold a tensor");
  }
  refuse(file, "the file does not hold a tensor");
}

}  // namespace

void Generator::save(const std::filesystem::path& folder, const std::string& notes_json) const {
  const std::vector<char> bytes = torch::jit::pickle_save(tensors_->logits);
  const ByteView view(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  json notes = json::parse(notes_json, nullptr, false);
  if (notes.is_discarded()) notes = notes_json;
  json description = {{"format", "fedloom-model"},
                      {"version", kVersion},
                      {"kind", "product mixture"},
                      {"components", tensors_->components},
                      {"domain", axes_json(tensors_->domain)},
                      {"sha256", to_hex(sha256(view))},
                      {"notes", notes}};
  if (!expansion_.empty()) description["expansion"] = expansion_json(expansion_);
  std::filesystem::create_directories(folder);
  write_atomically(folder / "model.pt", view);
  write_atomically(folder / "model.json", description.dump(2) + "\n");
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
  const Bytes bytes = read_bytes(weights);
  if (description.value("sha256", json()) != to_hex(sha256(bytes))) {
    refuse(weights, "the file is not the one that model.json describes");
  }
  const at::Tensor tensor = read_tensor(weights, bytes);
  const bool fits = tensor.layout() == at::kStrided && tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat &&
                    tensor.dim() == 2 && tensor.size(0) == components && tensor.size(1) == domain.width();
  if (!fits || !at::isfinite(tensor).all().item<bool>()) {
    refuse(weights, "the weights are not components × width finite numbers");
  }
  Generator generator(std::move(domain), components);
  generator.tensors_->logits = tensor.contiguous().clone();
  if (description.contains("expansion")) read_expansion(description["expansion"], generator, text);
  return generator;
}

}  // namespace fedloom::model
