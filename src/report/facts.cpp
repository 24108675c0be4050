#include "facts.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/base/json_depth.hpp"

namespace fedloom::report {

const char* const public_folder_remedy = "name the public folder of a finished run, with its files unchanged";

namespace {

using Json = nlohmann::json;

/// One JSON object and where it stands, so that a wrong field can be named.
class Fields {
 public:
  Fields(const Json& json, const std::filesystem::path& file, int line) : json_(&json), file_(&file), line_(line) {
    if (!json.is_object()) fail("this is not a JSON object");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw ConfigError({.file = file_->string(), .line = line_}, what, public_folder_remedy);
  }

  const Json* find(const char* key) const {
    const auto found = json_->find(key);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
  }

  double real(const char* key) const {
    const auto* value = find(key);
    if (!value || !value->is_number() || !std::isfinite(value->get<double>())) fail(quoted(key) + " must be a number");
    return value->get<double>();
  }

  std::uint64_t whole(const char* key) const {
    const auto* value = find(key);
    if (!value || !value->is_number_unsigned()) fail(quoted(key) + " must be a whole number, 0 or more");
    return value->get<std::uint64_t>();
  }

  std::string text(const char* key) const {
    const auto* value = find(key);
    if (!value || !value->is_string()) fail(quoted(key) + " must be a text");
    return value->get<std::string>();
  }

  std::vector<std::string> texts(const char* key) const {
    const auto* value = find(key);
    std::vector<std::string> out;
    if (value && value->is_array()) {
      for (const auto& one : *value) {
        if (!one.is_string()) break;
        out.push_back(one.get<std::string>());
      }
      if (out.size() == value->size()) return out;
    }
    fail(quoted(key) + " must be a list of texts");
  }

  std::string text_or_empty(const char* key) const { return find(key) ? text(key) : std::string(); }

 private:
  static std::string quoted(const char* key) { return '"' + std::string(key) + '"'; }

  const Json* json_;
  const std::filesystem::path* file_;
  int line_;
};

Json parsed(std::string_view text, const std::filesystem::path& file, int line) {
  auto json = nested_too_deeply(text) ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
  if (json.is_discarded())
    throw ConfigError({.file = file.string(), .line = line}, "this is not JSON", public_folder_remedy);
  return json;
}

std::vector<AttributeFacts> attributes_of(const Fields& fields, const std::filesystem::path& file) {
  const auto* list = fields.find("attributes");
  if (!list || !list->is_array() || list->empty()) fields.fail("\"attributes\" must be a list of names with labels");
  std::vector<AttributeFacts> attributes;
  for (const auto& one : *list) {
    const Fields attribute(one, file, 0);
    attributes.push_back({attribute.text("name"), attribute.texts("labels")});
  }
  return attributes;
}

RoundFacts round_of(const Fields& fields) {
  RoundFacts round;
  round.round = fields.whole("round");
  round.stage = fields.text("stage");
  round.measured = fields.texts("measured");
  round.cells = fields.whole("cells");
  round.rho_step = fields.real("rho_step");
  round.rho_spent = fields.real("rho_spent");
  // JSON has no NaN: a fit with nothing to compare is null.
  round.chi2_per_cell =
      fields.find("chi2_per_cell") ? fields.real("chi2_per_cell") : std::numeric_limits<double>::quiet_NaN();
  return round;
}

}  // namespace

void require_file(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    throw ConfigError({.file = file.string()}, "the file is missing, and the report is made from it",
                      public_folder_remedy);
}

RunFacts read_run(const std::filesystem::path& file) {
  require_file(file);
  const auto json = parsed(read_text(file), file, 0);
  const Fields fields(json, file, 0);
  RunFacts run;
  run.name = fields.text("name");
  run.trust = fields.text("trust");
  run.method = fields.text("method");
  run.epsilon = fields.real("epsilon");
  run.delta = fields.real("delta");
  run.epsilon_spent = fields.real("epsilon_spent");
  run.rho_budget = fields.real("rho_budget");
  run.rho_spent = fields.real("rho_spent");
  run.sites = fields.texts("sites");
  run.colluding_sites = fields.whole("colluding_sites");
  if (fields.find("dropouts")) run.dropouts = fields.whole("dropouts");
  if (fields.find("coordinator")) run.coordinator = fields.text("coordinator");
  run.rows_estimate = fields.real("rows_estimate");
  run.rows_written = fields.real("rows_written");
  run.attributes = attributes_of(fields, file);
  if (fields.find("adjacency")) run.adjacency = fields.text("adjacency");
  if (fields.find("unit_max_rows")) run.unit_max_rows = fields.whole("unit_max_rows");
  if (fields.find("unit_max_sites")) run.unit_max_sites = fields.whole("unit_max_sites");
  if (fields.find("seconds")) run.seconds = fields.real("seconds");
  run.version = fields.text_or_empty("version");
  run.run_id = fields.text_or_empty("run_id");
  run.config_hash = fields.text_or_empty("config_hash");
  if (!(run.rho_budget > 0)) fields.fail("\"rho_budget\" must be above 0");
  return run;
}

std::vector<RoundFacts> read_rounds(const std::filesystem::path& file) {
  require_file(file);
  const auto text = read_text(file);
  std::string_view rest = text;
  std::vector<RoundFacts> rounds;
  for (int line = 1; !rest.empty(); ++line) {
    const auto end = rest.find('\n');
    const auto json = parsed(rest.substr(0, end), file, line);
    rounds.push_back(round_of(Fields(json, file, line)));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  if (rounds.empty()) throw ConfigError({.file = file.string()}, "the file holds no round", public_folder_remedy);
  return rounds;
}

}  // namespace fedloom::report
