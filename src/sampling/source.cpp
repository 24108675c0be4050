#include "fedloom/sampling/source.hpp"

#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/config/config.hpp"

namespace fedloom::sampling {
namespace {
namespace fs = std::filesystem;

schema::Schema schema_of(const model::LoadedModel& loaded, const fs::path& file) {
  const auto refuse = [&](const char* what) {
    throw ConfigError({file.string()}, what, "use the model.safetensors of a finished run");
  };
  if (loaded.card.schema_yaml.empty()) refuse("the model has no schema, as in a checkpoint");
  schema::Schema schema = config::read_schema(loaded.card.schema_yaml, file);
  const auto& expansion = loaded.generator.expansion();
  if (schema.domain() != (expansion.empty() ? loaded.generator.domain() : expansion.fine())) {
    refuse("the model's schema is not that of its weights");
  }
  return schema;
}

std::optional<double> rows_estimate(const model::ModelCard& card) {
  const auto notes = nlohmann::json::parse(card.notes_json, nullptr, false);
  const auto rows = notes.is_object() ? notes.value("rows_estimate", nlohmann::json()) : nlohmann::json();
  return rows.is_number() ? std::optional(rows.get<double>()) : std::nullopt;
}

}  // namespace

Source open_source(const fs::path& path) {
  const bool model_alone = fs::is_regular_file(path);
  std::uint64_t seed = 1;
  if (!model_alone) seed = config::experiment_of(path).seed + 1;
  const fs::path place = model_alone ? path : path / "public";
  model::LoadedModel loaded = model::load_model(place);
  schema::Schema schema = schema_of(loaded, place);
  Released released{rows_estimate(loaded.card), {}};
  const fs::path measurements = place / "measurements.jsonl";
  if (!model_alone && fs::exists(measurements)) {
    released.measurements = boundary::load_measurements(measurements, schema.domain());
  }
  return {.generator = std::move(loaded.generator),
          .card = std::move(loaded.card),
          .schema = std::move(schema),
          .released = std::move(released),
          .folder = model_alone ? path.parent_path() : path,
          .seed = seed};
}

}  // namespace fedloom::sampling
