// A checkpoint is a folder: checkpoint.json names a sub-folder with measurements and model, and holds the
// counters. The sub-folder is complete before checkpoint.json is renamed into place, so a crash leaves the old
// checkpoint or the new one.

#include <cmath>
#include <nlohmann/json.hpp>

#include "coordinator/loop_impl.hpp"
#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"

namespace fedloom::coordinator {
namespace {

using nlohmann::json;

constexpr int kVersion = 5;
constexpr const char* kIndex = "checkpoint.json";
constexpr const char* kRemedy = "resume with the experiment that wrote it, or start a new run";

/// What must be the same for a resumed loop to go on as the old one would have.
json fingerprint(const config::Experiment& experiment, const Crowd& crowd) {
  json axes = json::array();
  for (const auto& axis : experiment.schema.domain().axes()) axes.push_back({axis.name, axis.size});
  const auto& [method, network, components, degree, keep, max_cells] = experiment.generator;
  return {{"domain", axes},
          {"epsilon", experiment.privacy.epsilon.value},
          {"delta", experiment.privacy.delta.value},
          {"trust", config::name_of(experiment.privacy.trust)},
          {"sites", crowd.sites},
          {"contributors", crowd.contributors},
          {"entity_rows", crowd.entity_rows},
          {"independent", method == config::Method::independent},
          {"network", config::name_of(network)},
          {"components", components ? json(*components) : json("auto")},
          {"degree", degree},
          {"keep", keep},
          {"max_cells", max_cells},
          {"seed", experiment.seed}};
}

json marginal_json(const schema::Marginal& marginal) {
  return std::vector<std::uint32_t>(marginal.begin(), marginal.end());
}

schema::Marginal marginal_of(const json& value, const schema::Domain& domain) {
  schema::Marginal marginal(value.get<std::vector<std::uint32_t>>());
  for (const std::uint32_t i : marginal) {
    if (i >= domain.dimensions()) throw std::invalid_argument("an attribute is not in the domain");
  }
  return marginal;
}

/// [sketch, attributes, sketch_rows, sketch_seed, part]: without names, as a wide table has half a million of them.
json share_json(const Share& share) {
  return json::array({share.query.kind == schema::Query::Kind::sketch, marginal_json(share.query.marginal),
                      share.query.sketch_rows, share.query.sketch_seed, share.part});
}

Share share_of(const json& value, const schema::Domain& domain) {
  Share share;
  share.query.kind = value.at(0).get<bool>() ? schema::Query::Kind::sketch : schema::Query::Kind::marginal;
  share.query.marginal = marginal_of(value.at(1), domain);
  share.query.sketch_rows = value.at(2).get<std::uint32_t>();
  share.query.sketch_seed = value.at(3).get<std::uint64_t>();
  share.part = value.at(4).get<double>();
  if (!(share.part > 0.0 && share.part <= 1.0)) throw std::invalid_argument("a part of the budget is not in (0, 1]");
  return share;
}

json state_json(const LoopState& s) {
  return {{"phase", static_cast<int>(s.phase)},
          {"round", s.round},
          {"attempt", s.attempt},
          {"rounds_planned", s.rounds_planned},
          {"one_ways_complete", s.one_ways_complete},
          {"cliques", s.cliques},
          {"taken", s.taken},
          {"batches", s.batches},
          {"batch", s.batch},
          {"sigma", s.sigma},
          {"epsilon", s.epsilon},
          {"picks", s.picks},
          {"last_pick", s.last_pick},
          {"chosen", marginal_json(s.chosen)}};
}

LoopState state_of(const json& value, const schema::Domain& domain) {
  const int phase = value.at("phase").get<int>();
  if (phase < 0 || phase > static_cast<int>(Phase::finished)) throw std::invalid_argument("the phase is unknown");
  LoopState s;
  s.phase = static_cast<Phase>(phase);
  value.at("round").get_to(s.round);
  value.at("attempt").get_to(s.attempt);
  value.at("rounds_planned").get_to(s.rounds_planned);
  value.at("one_ways_complete").get_to(s.one_ways_complete);
  value.at("cliques").get_to(s.cliques);
  value.at("taken").get_to(s.taken);
  value.at("batches").get_to(s.batches);
  value.at("batch").get_to(s.batch);
  value.at("sigma").get_to(s.sigma);
  value.at("epsilon").get_to(s.epsilon);
  value.at("picks").get_to(s.picks);
  value.at("last_pick").get_to(s.last_pick);
  s.chosen = marginal_of(value.at("chosen"), domain);
  return s;
}

std::uint64_t number_of(const std::filesystem::path& index) {
  if (!std::filesystem::exists(index)) return 0;
  const json old = json::parse(read_text(index), nullptr, false);
  const json number = old.is_object() ? old.value("number", json()) : json();
  return number.is_number_unsigned() ? number.get<std::uint64_t>() : 0;
}

void remove_others(const std::filesystem::path& folder, const std::string& current) {
  std::error_code ignored;  // an old state that stays behind does no harm
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("state-") && name != current) std::filesystem::remove_all(entry.path(), ignored);
  }
}

}  // namespace

void Loop::Impl::save(const std::filesystem::path& folder) const {
  std::filesystem::create_directories(folder);
  const std::uint64_t number = number_of(folder / kIndex) + 1;
  const std::string name = "state-" + std::to_string(number);
  std::filesystem::create_directories(folder / name);
  boundary::save_measurements(folder / name / "measurements.jsonl", experiment.schema.domain(), released);
  generator.save(folder / name, {});
  json pending = json::array();
  for (const Share& share : shares) pending.push_back(share_json(share));
  const schema::Domain& fine = experiment.schema.domain();
  const json index = {{"format", "fedloom-checkpoint"},
                      {"version", kVersion},
                      {"number", number},
                      {"files", name},
                      {"experiment", fingerprint(experiment, crowd)},
                      {"spent", budget.spent()},
                      {"coarsening", json::parse(schema::to_json(coarsening, fine))},
                      {"pending_bins", json::parse(schema::to_json(pending_bins, fine))},
                      {"state", state_json(state)},
                      {"pending", pending},
                      {"selection_part", selection_part}};
  write_atomically(folder / kIndex, index.dump() + "\n");
  remove_others(folder, name);
}

void Loop::Impl::load(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kIndex;
  const auto refuse = [&](const std::string& what) { throw ConfigError({file.string(), 0, 0}, what, kRemedy); };
  if (!std::filesystem::exists(file)) refuse("there is no checkpoint here");
  try {
    const json index = json::parse(read_text(file));
    if (index.at("format") != "fedloom-checkpoint" || index.at("version") != kVersion) {
      refuse("this is not a checkpoint of version " + std::to_string(kVersion));
    }
    if (index.at("experiment") != fingerprint(experiment, crowd)) {
      refuse("the checkpoint is of another experiment or another number of sites");
    }
    const auto name = index.at("files").get<std::string>();
    if (name != "state-" + std::to_string(index.at("number").get<std::uint64_t>())) {
      refuse("the checkpoint names files outside its folder");
    }
    const auto spent = index.at("spent").get<double>();
    if (!(spent >= 0.0 && std::isfinite(spent))) refuse("the spent budget is not a number");
    budget.raise_to(spent);
    state = state_of(index.at("state"), domain());
    for (const json& share : index.at("pending")) shares.push_back(share_of(share, domain()));
    selection_part = index.at("selection_part").get<double>();
    const schema::Domain& fine = experiment.schema.domain();
    released = boundary::load_measurements(folder / name / "measurements.jsonl", fine);
    measurements = released;
    pending_bins = schema::coarsening_from_json(index.at("pending_bins").dump(), fine);
    go_on_over(schema::coarsening_from_json(index.at("coarsening").dump(), fine));
    model::Generator saved = model::Generator::load(folder / name);
    if (saved.domain() != domain() || saved.components() != generator.components()) {
      refuse("the saved model is not this experiment's");
    }
    generator = std::move(saved);
  } catch (const json::exception&) {
    refuse("the checkpoint is damaged");
  } catch (const std::invalid_argument& error) {
    refuse(std::string("the checkpoint is damaged: ") + error.what());
  }
  if (state.phase == Phase::finished) {
    step = FinishedStep{};
  } else {
    price_step();
  }
}

bool Loop::saved_in(const std::filesystem::path& folder) { return std::filesystem::exists(folder / kIndex); }

}  // namespace fedloom::coordinator
