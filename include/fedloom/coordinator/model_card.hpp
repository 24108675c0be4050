#pragma once
// What a run's model file tells beside its weights.

#include <string>

#include "fedloom/config/config.hpp"
#include "fedloom/model/model_file.hpp"

namespace fedloom::coordinator {

/// The experiment's schema, its hash, and the promise that the model's measurements were made under. `epsilon_spent` is
/// at the experiment's delta; `notes_json` an object.
model::ModelCard model_card(const config::Experiment& experiment, double epsilon_spent, std::string notes_json);

}  // namespace fedloom::coordinator
