#include "fedloom/coordinator/model_card.hpp"

#include <nlohmann/json.hpp>

namespace fedloom::coordinator {

model::ModelCard model_card(const config::Experiment& experiment, double epsilon_spent, std::string notes_json) {
  const config::PrivacyConfig& privacy = experiment.privacy;
  nlohmann::ordered_json statement{
      {"unit", {{"max_rows", privacy.max_rows}, {"max_sites", privacy.max_sites}}},
      {"adjacency", "add_remove"},
      {"epsilon", privacy.epsilon.value},
      {"delta", privacy.delta.value},
      {"epsilon_spent", epsilon_spent},
      {"trust", config::name_of(privacy.trust)},
      {"colluding_sites", privacy.colluding_sites},
      {"dropouts", privacy.dropouts},
      {"coordinator", name_of(privacy.coordinator)},
      {"not_covered",
       {"what is true of a whole group and could be learned without any one of its members",
        "other releases about the same people: their costs add up",
        "the experiment and the schema: they are public, and must not come from rows",
        "an entity with more rows, or at more sites, than the unit says"}}};
  return {config::schema_yaml(experiment.schema), statement.dump(), to_hex(experiment.hash()), std::move(notes_json)};
}

}  // namespace fedloom::coordinator
