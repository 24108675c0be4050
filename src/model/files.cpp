// Generators and their files.

#include "fedloom/base/file.hpp"
#include "fedloom/model/generator.hpp"

namespace fedloom::model {

void Generator::save(const std::filesystem::path& folder, const ModelCard& card) const {
  const ModelData model{domain_, components_, logits_, network_, expansion_, card};
  std::filesystem::create_directories(folder);
  write_atomically(folder / kModelFile, encode_model(model));
}

Generator Generator::load(const std::filesystem::path& path) { return load_model(path).generator; }

LoadedModel load_model(const std::filesystem::path& path) {
  ModelData model = read_model(path);
  Generator generator(std::move(model.domain), model.components);
  generator.set_logits(std::move(model.logits));
  generator.set_network(std::move(model.network));
  generator.expand(std::move(model.expansion));
  return {std::move(generator), std::move(model.card)};
}

}  // namespace fedloom::model
