// fedloom sample: more rows from a model, also under conditions; costs no privacy.

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "condition.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/model/synthetic_csv.hpp"
#include "finished_run.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kMostBalanced = 100;

struct SampleArguments {
  std::string source, output, balance, match, format = "csv", table = "synthetic", json;
  std::vector<std::string> where, rare;
  std::uint64_t rows = 0;
  std::optional<std::uint64_t> seed;
};

/// A model, with what its run released beside it where there is a run.
struct Source {
  model::Generator generator;
  schema::Schema schema;
  Released released;
  fs::path folder;
  std::uint64_t seed = 1;
};

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

Source open(const fs::path& path) {
  const bool model_alone = fs::is_regular_file(path);
  std::uint64_t seed = 1;
  if (!model_alone) seed = experiment_of(path).seed + 1;
  const fs::path place = model_alone ? path : path / "public";
  model::LoadedModel loaded = model::load_model(place);
  schema::Schema schema = schema_of(loaded, place);
  Released released{rows_estimate(loaded.card), {}};
  const fs::path measurements = place / "measurements.jsonl";
  if (!model_alone && fs::exists(measurements)) {
    released.measurements = boundary::load_measurements(measurements, schema.domain());
  }
  return {std::move(loaded.generator), std::move(schema), std::move(released), model_alone ? path.parent_path() : path,
          seed};
}

/// All that was asked for, ready to be drawn; `strata` point into the others.
struct Drawing {
  std::vector<Condition> conditions;
  std::vector<std::unique_ptr<model::Tilted>> tilted;
  std::vector<model::Stratum> strata;
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  std::optional<double> misfit;

  model::Tilted& copy_of(const model::Tilted& other) {
    return *tilted.emplace_back(std::make_unique<model::Tilted>(other));
  }
};

void require_some(const model::Tilted& tilted, const std::string& what) {
  if (tilted.mass() > 0) return;
  throw UsageError("the model gives no probability to rows with " + what,
                   "ask for something that its rows can have; a value may be impossible by the schema's constraints");
}

/// Tells a person, and keeps for programs, what is known of the rows under `conditions`.
void explain(Drawing& drawing, const model::Tilted& tilted, const std::vector<Condition>& conditions,
             const Source& source) {
  std::string what;
  for (const Condition& condition : conditions) what += (what.empty() ? "" : " and ") + condition.text;
  require_some(tilted, what);
  const Knowledge knowledge = knowledge_of(tilted, conditions, source.released);
  std::cout << "rows with " << what << "\n"
            << in_words(knowledge, source.generator.components(), !source.released.measurements.empty());
  nlohmann::ordered_json fact{{"condition", what},
                              {"mass", knowledge.mass},
                              {"effective_components", knowledge.effective_components},
                              {"components", source.generator.components()}};
  if (knowledge.rows) fact["rows_estimate"] = *knowledge.rows;
  if (knowledge.sigma) fact["sigma"] = *knowledge.sigma;
  if (const auto rows = knowledge.rows_without_noise()) fact["rows_without_noise"] = *rows;
  drawing.facts.push_back(std::move(fact));
}

/// Rows of `base`, which margins may have changed, that also hold `condition`; `known` is without margins.
model::Tilted& add_condition(Drawing& drawing, const model::Tilted& base, const model::Tilted& known,
                             const Condition& condition, const Source& source) {
  std::vector<Condition> conditions = drawing.conditions;
  conditions.push_back(condition);
  model::Tilted told = known;
  told.where(condition.attribute, condition.codes);
  explain(drawing, told, conditions, source);
  model::Tilted& own = drawing.copy_of(base);
  own.where(condition.attribute, condition.codes);
  return own;
}

void add_balanced(Drawing& drawing, const model::Tilted& base, const model::Tilted& known, const Source& source,
                  const SampleArguments& arguments) {
  const std::uint32_t column = column_of(source.schema, arguments.balance);
  std::vector<std::uint32_t> codes;
  const std::vector<double> shares = base.answer(schema::Marginal{column});
  for (std::uint32_t code = 0; code < shares.size(); ++code) {
    if (shares[code] > 0) codes.push_back(code);
  }
  if (codes.size() > kMostBalanced) {
    throw UsageError("'" + arguments.balance + "' has more than 100 values to balance", "choose another column");
  }
  for (std::size_t k = 0; k < codes.size(); ++k) {
    const Condition value{column, {codes[k]}, arguments.balance + "=" + source.schema.label(column, codes[k])};
    const model::Tilted& own = add_condition(drawing, base, known, value, source);
    drawing.strata.push_back({&own, arguments.rows / codes.size() + (k < arguments.rows % codes.size() ? 1 : 0)});
  }
}

Drawing prepare(const Source& source, const SampleArguments& arguments) {
  Drawing drawing;
  std::vector<model::Margin> margins;
  std::vector<std::vector<std::uint32_t>> together;
  if (!arguments.match.empty()) margins = read_margins(source.schema, arguments.match);
  for (const model::Margin& margin : margins) together.push_back(margin.attributes);
  for (const std::string& text : arguments.where) drawing.conditions.push_back(parse_condition(source.schema, text));
  model::Tilted& base = *drawing.tilted.emplace_back(
      std::make_unique<model::Tilted>(source.generator, source.schema.constraints(), together));
  for (const Condition& condition : drawing.conditions) base.where(condition.attribute, condition.codes);
  if (!drawing.conditions.empty()) explain(drawing, base, drawing.conditions, source);
  const model::Tilted known = base;
  if (!margins.empty()) drawing.misfit = base.match(margins);
  if (arguments.balance.empty()) {
    drawing.strata.push_back({&base, arguments.rows});
  } else {
    add_balanced(drawing, base, known, source, arguments);
  }
  for (const std::string& text : arguments.rare) {
    const RareRows rare = parse_rare_rows(source.schema, text);
    const model::Tilted& own = add_condition(drawing, base, known, rare.condition, source);
    drawing.strata.push_back({&own, rare.rows});
  }
  return drawing;
}

fs::path output_of(const SampleArguments& arguments, const Source& source) {
  if (!arguments.output.empty()) return arguments.output;
  return source.folder / ("sample-" + std::to_string(arguments.rows) + "." + arguments.format);
}

model::TableFormat format_of(const std::string& name) {
  return name == "sql"       ? model::TableFormat::sql
         : name == "parquet" ? model::TableFormat::parquet
                             : model::TableFormat::csv;
}

/// Before rows are drawn, which may take hours.
void require_writable(const fs::path& output) {
  const fs::path folder = output.has_parent_path() ? output.parent_path() : fs::path(".");
  if (!fs::is_directory(folder)) {
    throw EnvironmentError(output.string(), "cannot be written: its folder is not there",
                           "make it, or choose another --output");
  }
  if (fs::is_directory(output)) {
    throw UsageError(output.string() + " is a folder", "name a file with --output");
  }
}

void sample(const SampleArguments& arguments) {
  const Source source = open(arguments.source);
  const std::uint64_t seed = arguments.seed.value_or(source.seed);
  const fs::path output = output_of(arguments, source);
  require_writable(output);
  const bool plain = arguments.where.empty() && arguments.balance.empty() && arguments.match.empty() &&
                     arguments.rare.empty() && arguments.format == "csv";
  std::uint64_t rows = arguments.rows;
  nlohmann::ordered_json facts = nlohmann::ordered_json::array();
  std::optional<double> misfit;
  if (plain) {
    model::write_synthetic_csv(source.generator, source.schema, rows, seed, output);
  } else {
    Drawing drawing = prepare(source, arguments);
    rows = 0;
    for (const model::Stratum& stratum : drawing.strata) rows += stratum.rows;
    model::write_table(drawing.strata, source.schema, seed, {output, format_of(arguments.format), arguments.table});
    facts = std::move(drawing.facts);
    misfit = drawing.misfit;
  }
  if (misfit) {
    std::cout << "margins matched: the largest difference that is left is " << figure(*misfit, 2) << " of the rows\n";
  }
  std::cout << grouped(rows) << " synthetic rows  " << output.string() << "\n";
  if (arguments.json.empty()) return;
  nlohmann::ordered_json json{{"rows", rows}, {"file", output.string()}, {"conditions", facts}};
  if (misfit) json["misfit"] = *misfit;
  write_atomically(fs::path(arguments.json), json.dump(1) + "\n");
}

}  // namespace

void add_sample(CLI::App& app) {
  auto* command = app.add_subcommand("sample", "Draw more synthetic rows from a run's model; costs nothing");
  auto arguments = std::make_shared<SampleArguments>();
  command->add_option("run", arguments->source, "The run's folder, or a model.safetensors alone")->required();
  command->add_option("-n,--rows", arguments->rows, "How many rows")
      ->required()
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}));
  command
      ->add_option("--where", arguments->where,
                   "Only rows with COLUMN=VALUE, COLUMN in A,B or COLUMN>=NUMBER; may be repeated")
      ->expected(1)
      ->take_all();
  command->add_option("--balance", arguments->balance, "As many rows of each of this column's values");
  command->add_option("--match", arguments->match, "CSV of published shares to meet: column,value,share");
  command->add_option("--augment-rare", arguments->rare, "COLUMN=VALUE:N, so many rows with that value on top")
      ->expected(1)
      ->take_all();
  command->add_option("--seed", arguments->seed, "Public seed (default: the experiment's + 1; 1 of a model alone)")
      ->check(refuse_negative);
  command->add_option("-o,--output,--out", arguments->output, "File to write (default: sample-N.csv beside the model)");
  command->add_option("--format", arguments->format, "csv; sql: a table with types and its rows; or parquet")
      ->check(CLI::IsMember({"csv", "sql", "parquet"}));
  command->add_option("--table", arguments->table, "Name of the SQL table")->check([](const std::string& name) {
    return name.empty() || name.size() > 63 ? std::string("a table's name has 1 to 63 bytes") : std::string();
  });
  command->add_option("--json", arguments->json, "File for programs: what is known of the rows asked for");
  command->footer(
      "Example: fedloom sample runs/adult-1 -n 1000000 -o million.csv\n"
      "         fedloom sample runs/adult-1 -n 5000 --where 'income=>50K' --where 'age>=60'");
  command->callback([arguments] { sample(*arguments); });
}

}  // namespace fedloom::apps
