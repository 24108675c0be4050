#include <algorithm>
#include <cmath>
#include <optional>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/boundary/measurement.hpp"
#include "limits.hpp"
#include "query_json.hpp"

namespace fedloom::boundary {
namespace {

constexpr std::uint64_t format_version = 1;

/// Bins that measurements of a run are over.
struct Bins {
  schema::Coarsening coarsening;
  schema::Domain domain;
};

/// What the measurements of a run are over: the schema's codes, or one of a few coarsenings.
struct Ground {
  const schema::Domain* fine;
  std::vector<Bins> bins;
};

Json header_of(const schema::Domain& domain) {
  Json json{{"version", format_version}, {"domain", Json::array()}};
  for (const auto& axis : domain.axes()) json["domain"].push_back(Json::array({axis.name, axis.size}));
  return json;
}

Ground read_header(std::string_view line, const schema::Domain& domain) {
  auto json = parse_object(line);
  if (uint_field(json, "version", UINT64_MAX) != format_version)
    throw JsonFault("these measurements are of another version of the format");
  Ground ground{&domain, {}};
  const auto listed = json.value("coarsenings", Json::array());
  if (!listed.is_array()) throw JsonFault("\"coarsenings\" must be a list");
  for (const auto& one : listed) {
    auto coarsening = coarsening_of(one, domain);
    auto over = coarsening.over(domain);
    ground.bins.push_back({std::move(coarsening), std::move(over)});
  }
  json.erase("coarsenings");
  if (json != header_of(domain)) throw JsonFault("these measurements were made over another domain");
  return ground;
}

/// Each coarsening of a run once, in the order of their first use: few, so a search is enough.
std::vector<schema::Coarsening> coarsenings_of(const std::vector<Measurement>& measurements) {
  std::vector<schema::Coarsening> found;
  for (const auto& measurement : measurements) {
    const auto& coarsening = measurement.coarsening;
    if (!coarsening.empty() && std::find(found.begin(), found.end(), coarsening) == found.end())
      found.push_back(coarsening);
  }
  return found;
}

Json to_json(const Measurement& measurement, const schema::Domain& domain,
             const std::vector<schema::Coarsening>& coarsenings) {
  auto json = query_to_json(measurement.query, domain);
  json["round"] = measurement.round;
  json["sigma"] = measurement.sigma;
  json["grid_bits"] = measurement.grid_bits;
  if (!measurement.coarsening.empty())
    json["coarsening"] =
        std::find(coarsenings.begin(), coarsenings.end(), measurement.coarsening) - coarsenings.begin();
  if (measurement.look) json["look"] = true;
  json["values"] = measurement.grid_values;
  return json;
}

double sigma_of(const Json& json) {
  const auto found = json.find("sigma");
  if (found == json.end() || !found->is_number() || !(found->get<double>() > 0) || !std::isfinite(found->get<double>()))
    throw JsonFault("\"sigma\" must be a positive number");
  return found->get<double>();
}

/// A whole number that an int64 holds; JSON's larger unsigned numbers would wrap.
bool is_int64(const Json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::uint64_t{INT64_MAX});
}

/// None: the schema's own codes.
const Bins* bins_of(const Json& json, const Ground& ground) {
  if (!json.contains("coarsening")) return nullptr;
  const auto which = uint_field(json, "coarsening", UINT32_MAX);
  if (which >= ground.bins.size())
    throw JsonFault("the first line tells no coarsening " + std::to_string(which) + ", but a measurement is over it");
  return &ground.bins[which];
}

Measurement measurement_of(std::string_view line, const Ground& ground) {
  const auto json = parse_object(line);
  refuse_other_keys(json, {"kind", "attributes", "sketch_rows", "sketch_seed", "round", "sigma", "grid_bits",
                           "coarsening", "look", "values"});
  Measurement measurement{.query = query_from_json(json, *ground.fine)};
  const Bins* bins = bins_of(json, ground);
  if (bins != nullptr) measurement.coarsening = bins->coarsening;
  measurement.round = static_cast<std::uint32_t>(uint_field(json, "round", UINT32_MAX));
  measurement.sigma = sigma_of(json);
  measurement.grid_bits = static_cast<std::uint8_t>(uint_field(json, "grid_bits", max_grid_bits));
  if (const auto look = json.find("look"); look != json.end()) {
    if (!look->is_boolean()) throw JsonFault("\"look\" must be true or false");
    measurement.look = look->get<bool>();
  }
  const auto values = json.find("values");
  const auto length = measurement.query.length(bins != nullptr ? bins->domain : *ground.fine);
  if (values == json.end() || !values->is_array() || values->size() != length)
    throw JsonFault("\"values\" must be a list of " + std::to_string(length) + " whole numbers");
  measurement.grid_values.reserve(length);
  for (const auto& value : *values) {
    if (!is_int64(value)) throw JsonFault("\"values\" holds something that is not a whole number of 64 bits");
    measurement.grid_values.push_back(value.get<std::int64_t>());
  }
  return measurement;
}

}  // namespace

std::string to_lines(const schema::Domain& domain, const std::vector<Measurement>& measurements) {
  auto header = header_of(domain);
  const auto coarsenings = coarsenings_of(measurements);
  for (const auto& one : coarsenings) header["coarsenings"].push_back(Json::parse(schema::to_json(one, domain)));
  auto text = header.dump() + "\n";
  for (const auto& measurement : measurements) text += to_json(measurement, domain, coarsenings).dump() + "\n";
  return text;
}

std::vector<Measurement> from_lines(std::string_view text, const schema::Domain& domain,
                                    const std::filesystem::path& file) {
  std::vector<Measurement> measurements;
  std::optional<Ground> ground;
  int line = 0;
  try {
    do {
      ++line;
      const auto end = text.find('\n');
      const auto one = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line == 1)
        ground = read_header(one, domain);
      else
        measurements.push_back(measurement_of(one, *ground));
    } while (!text.empty());
  } catch (const JsonFault& fault) {
    throw ConfigError({.file = file.string(), .line = line}, fault.what(),
                      "give the measurements.jsonl of a run with this schema, unchanged");
  }
  return measurements;
}

void save_measurements(const std::filesystem::path& file, const schema::Domain& domain,
                       const std::vector<Measurement>& measurements) {
  write_atomically(file, to_lines(domain, measurements));
}

std::vector<Measurement> load_measurements(const std::filesystem::path& file, const schema::Domain& domain) {
  return from_lines(read_text(file), domain, file);
}

}  // namespace fedloom::boundary
