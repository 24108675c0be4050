#pragma once
// What rows are drawn from: a model file, or a run's folder, with what the run released beside its model. Public.

#include <cstdint>
#include <filesystem>

#include "fedloom/model/generator.hpp"
#include "fedloom/sampling/knowledge.hpp"
#include "fedloom/schema/schema.hpp"

namespace fedloom::sampling {

struct Source {
  model::Generator generator;
  model::ModelCard card;
  schema::Schema schema;
  Released released;
  std::filesystem::path folder;  ///< the run's, or that of the model file
  std::uint64_t seed = 1;        ///< of rows, where none is asked for: the experiment's + 1; 1 of a model alone
};

/// `path`: a run's folder, or a model.safetensors alone, which may be a stranger's. Throws UsageError: no finished run;
/// ConfigError: damaged, or a model without a schema or with another one.
Source open_source(const std::filesystem::path& path);

}  // namespace fedloom::sampling
