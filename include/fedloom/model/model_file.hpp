#pragma once
// model.safetensors: one file with all that another process, machine or version needs to draw labelled rows: weights,
// domain, schema, and what privacy the model gives. The layout is that of safetensors, readable by that package;
// nothing in it is ever run. docs/decisions/0018 says what stands in it, and why.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "fedloom/base/bytes.hpp"
#include "fedloom/model/expansion.hpp"
#include "fedloom/schema/domain.hpp"

namespace fedloom::model {

inline constexpr const char* kModelFile = "model.safetensors";
/// Of the format. 1 was model.pt with model.json.
inline constexpr std::uint32_t kModelVersion = 2;

/// What is told beside the model. Texts are kept as they are; those of a stranger's file may hold anything.
struct ModelCard {
  std::string schema_yaml;          ///< the schema file; empty in a checkpoint
  std::string privacy_json = "{}";  ///< unit, adjacency, epsilon, delta, trust and what is not covered
  std::string config_hash;          ///< of the experiment, in hexadecimal digits
  std::string notes_json = "{}";
};

/// Row-major numbers of some shape.
struct Weights {
  std::vector<std::uint64_t> shape;
  std::vector<float> values;
  bool operator==(const Weights&) const = default;
};

struct ModelData {
  schema::Domain domain;
  std::uint32_t components = 0;
  std::vector<float> logits;  ///< components × domain.width(), row-major
  std::vector<Weights> network;  ///< what the logits came from; none: they are free
  Expansion expansion;
  ModelCard card;
};

/// The same bytes for the same model. Throws std::invalid_argument where texts are not UTF-8.
Bytes encode_model(const ModelData& model);

/// `name`: what a sentence calls the file. Throws ConfigError: other format or version, damaged, too short for what it
/// claims, weights that are not finite numbers of the right shape. Takes no memory that the bytes do not pay for.
ModelData decode_model(ByteView bytes, const std::string& name);

/// `path`: the file, or a folder with it. Throws what decode_model throws; also where the file is missing, or only what
/// older versions wrote is there.
ModelData read_model(const std::filesystem::path& path);

}  // namespace fedloom::model
