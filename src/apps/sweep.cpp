// What a sweep's points are, and how their results are kept.

#include "sweep.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "fedloom/base/error.hpp"
#include "fedloom/base/file.hpp"
#include "fedloom/schema/number.hpp"

namespace fedloom::apps {
namespace {

std::string name_with_method(std::string text, const char* between, config::Method method) {
  return method == config::Method::gem ? text : text + between + config::name_of(method);
}

/// What speaks against a number of sites; empty: nothing.
std::string fault_of_sites(config::Trust trust, std::uint32_t sites, const config::PrivacyConfig& privacy) {
  if (trust == config::Trust::central) return "";
  if (trust == config::Trust::aggregate) return sites >= 3 ? "" : "trust: aggregate needs three sites";
  const Quorum asked{sites, privacy.colluding_sites, privacy.dropouts, privacy.coordinator};
  return sites >= 2 && is_possible(asked) ? "" : "too few for what the experiment withstands";
}

SweepResult result_of(const nlohmann::json& json) {
  SweepResult result;
  result.point = {.setting = {.trust = trust_of(json.at("trust")),
                              .sites = json.at("sites"),
                              .method = method_of(json.at("method"))},
                  .epsilon = json.at("epsilon"),
                  .repeat = json.at("repeat")};
  result.rows = json.at("rows");
  for (int k = 1; json.contains("error_" + std::to_string(k)); ++k) {
    result.error.push_back(json["error_" + std::to_string(k)]);
  }
  result.seconds = json.at("seconds");
  result.cpu_seconds = json.at("cpu_seconds");
  result.peak_mb = json.at("peak_mb");
  return result;
}

template <typename Read>
auto from_file(const std::filesystem::path& file, Read read) {
  try {
    return read(nlohmann::json::parse(read_text(file)));
  } catch (const nlohmann::json::exception&) {
    throw ConfigError({.file = file.string()}, "this is no result of a sweep", "remove it; its runs are made again");
  }
}

}  // namespace

std::string SweepSetting::label() const {
  const std::string trusted = config::name_of(trust);
  return name_with_method(trust == config::Trust::central ? trusted : trusted + ", " + std::to_string(sites) + " sites",
                          ", ", method);
}

std::string SweepPoint::name() const {
  return "eps" + schema::shortest(epsilon) + "-" + config::name_of(setting.trust) + "-" +
         std::to_string(setting.sites) + "-" + config::name_of(setting.method) + "-r" + std::to_string(repeat);
}

std::string SweepResult::to_json() const {
  nlohmann::ordered_json json{{"trust", config::name_of(point.setting.trust)},
                              {"sites", point.setting.sites},
                              {"method", config::name_of(point.setting.method)},
                              {"epsilon", point.epsilon},
                              {"repeat", point.repeat},
                              {"rows", rows}};
  for (std::size_t k = 0; k < error.size(); ++k) json["error_" + std::to_string(k + 1)] = error[k];
  json["seconds"] = seconds;
  json["cpu_seconds"] = cpu_seconds;
  json["peak_mb"] = peak_mb;
  return json.dump();
}

SweepResult read_result(const std::filesystem::path& file) {
  return from_file(file, [](const nlohmann::json& json) { return result_of(json); });
}

std::vector<SweepResult> read_results(const std::filesystem::path& file) {
  return from_file(file, [](const nlohmann::json& json) {
    std::vector<SweepResult> results;
    for (const auto& entry : json) results.push_back(result_of(entry));
    return results;
  });
}

config::Trust trust_of(const std::string& name) {
  if (name == "central") return config::Trust::central;
  return name == "aggregate" ? config::Trust::aggregate : config::Trust::none;
}

config::Method method_of(const std::string& name) {
  return name == "independent" ? config::Method::independent : config::Method::gem;
}

std::vector<SweepPoint> points_of(const SweepRange& range, const config::PrivacyConfig& privacy,
                                  std::vector<std::string>& left_out) {
  std::vector<SweepSetting> settings;
  const auto add = [&](const SweepSetting& setting) {
    if (std::find(settings.begin(), settings.end(), setting) == settings.end()) settings.push_back(setting);
  };
  for (const auto method : range.methods) {
    for (const auto trust : range.trusts) {
      for (const auto sites : range.sites) {
        const auto fault = fault_of_sites(trust, sites, privacy);
        const SweepSetting setting{trust, trust == config::Trust::central ? 1 : sites, method};
        if (fault.empty())
          add(setting);
        else
          left_out.push_back(setting.label() + ": " + fault);
      }
    }
  }
  std::vector<SweepPoint> points;
  for (std::uint32_t repeat = 1; repeat <= range.repeats; ++repeat) {
    for (const auto& setting : settings) {
      for (const double epsilon : range.epsilons) points.push_back({setting, epsilon, repeat});
    }
  }
  return points;
}

}  // namespace fedloom::apps
