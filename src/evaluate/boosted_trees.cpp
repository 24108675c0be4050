#include "boosted_trees.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "fedloom/base/check.hpp"
#include "fedloom/base/error.hpp"

namespace fedloom::evaluate {
namespace {

// LightGBM's c_api.h of version 4; functions give 0, or −1 and a text.
using Handle = void*;
constexpr int dtype_float32 = 0;
constexpr int predict_normal = 0;

std::string library_file() {
  const char* named = std::getenv("FEDLOOM_LIGHTGBM");
  return named != nullptr ? named : FEDLOOM_LIGHTGBM_LIBRARY;
}

}  // namespace

struct LightGbm::Functions {
  std::shared_ptr<void> library;
  const char* (*last_error)() = nullptr;
  int (*register_log_callback)(void (*)(const char*)) = nullptr;
  int (*dataset_from_mat)(const void*, int, std::int32_t, std::int32_t, int, const char*, Handle, Handle*) = nullptr;
  int (*dataset_set_field)(Handle, const char*, const void*, int, int) = nullptr;
  int (*dataset_free)(Handle) = nullptr;
  int (*booster_create)(Handle, const char*, Handle*) = nullptr;
  int (*booster_update)(Handle, int*) = nullptr;
  int (*booster_predict)(Handle, const void*, int, std::int32_t, std::int32_t, int, int, int, int, const char*,
                         std::int64_t*, double*) = nullptr;
  int (*booster_free)(Handle) = nullptr;

  template <class Function>
  bool find(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(library.get(), name));
    return function != nullptr;
  }
  bool find_all() {
    return find(last_error, "LGBM_GetLastError") && find(register_log_callback, "LGBM_RegisterLogCallback") &&
           find(dataset_from_mat, "LGBM_DatasetCreateFromMat") && find(dataset_set_field, "LGBM_DatasetSetField") &&
           find(dataset_free, "LGBM_DatasetFree") && find(booster_create, "LGBM_BoosterCreate") &&
           find(booster_update, "LGBM_BoosterUpdateOneIter") && find(booster_predict, "LGBM_BoosterPredictForMat") &&
           find(booster_free, "LGBM_BoosterFree");
  }
  void require(int result) const {
    if (result != 0) throw EnvironmentError("LightGBM", last_error(), "evaluate without --target, or report it");
  }
};

std::optional<LightGbm> LightGbm::load(std::string& why) {
  const std::string file = library_file();
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) {
    why = "LightGBM's library is not installed (./launch/setup fetches it; FEDLOOM_LIGHTGBM names another)";
    return {};
  }
  auto functions = std::make_shared<Functions>();
  // Never closed: it leaves threads of OpenMP behind that must not lose their code.
  functions->library = std::shared_ptr<void>(dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL), [](void*) {});
  if (!functions->library) {
    why = std::string("LightGBM's library cannot be loaded: ") + dlerror();
    return {};
  }
  if (!functions->find_all()) {
    why = file + " is not LightGBM's library, version 4";
    return {};
  }
  functions->register_log_callback([](const char*) {});
  LightGbm library;
  library.functions_ = std::move(functions);
  return library;
}

TreeRows tree_rows(const data::Table& table, const schema::Schema& schema, std::optional<std::uint32_t> left_out) {
  TreeRows rows;
  const auto& attributes = schema.attributes();
  rows.columns = attributes.size() - (left_out ? 1 : 0);
  rows.values.resize(table.rows() * rows.columns);
  std::size_t at = 0;
  for (std::uint32_t i = 0; i < attributes.size(); ++i) {
    if (i == left_out) continue;
    const bool names = std::holds_alternative<schema::Categorical>(attributes[i].type);
    if (names && attributes[i].size() > 2) rows.categorical.push_back(static_cast<int>(at));
    const std::uint32_t missing = attributes[i].missing && !names ? attributes[i].size() - 1 : attributes[i].size();
    std::visit(
        [&](const auto& column) {
          for (std::size_t row = 0; row < column.size(); ++row)
            rows.values[row * rows.columns + at] =
                column[row] == missing ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(column[row]);
        },
        table.column(i));
    ++at;
  }
  return rows;
}

void append(TreeRows& rows, const TreeRows& more) {
  FEDLOOM_CHECK(rows.columns == more.columns);
  rows.values.insert(rows.values.end(), more.values.begin(), more.values.end());
}

BoostedTrees::BoostedTrees(const LightGbm& library, const TreeRows& rows, const Labels& labels,
                           const TreeSettings& settings)
    : library_(library) {
  const auto& call = library_.functions();
  std::string categorical;
  for (const int column : rows.categorical)
    categorical += (categorical.empty() ? " categorical_feature=" : ",") + std::to_string(column);
  const std::string parameters =
      "objective=binary verbosity=-1 deterministic=true force_row_wise=true num_threads=1 seed=1 learning_rate=" +
      std::to_string(settings.rate) + " num_leaves=" + std::to_string(settings.leaves) +
      " feature_fraction=" + std::to_string(settings.columns) +
      " min_data_in_leaf=" + std::to_string(settings.least_leaf_rows) + categorical;
  Handle made = nullptr;
  call.require(call.dataset_from_mat(rows.values.data(), dtype_float32, static_cast<std::int32_t>(rows.rows()),
                                     static_cast<std::int32_t>(rows.columns), 1, parameters.c_str(), nullptr, &made));
  const std::shared_ptr<void> dataset(made, call.dataset_free);
  const std::vector<float> targets(labels.begin(), labels.end());
  call.require(call.dataset_set_field(made, "label", targets.data(), static_cast<int>(targets.size()), dtype_float32));
  Handle booster = nullptr;
  call.require(call.booster_create(made, parameters.c_str(), &booster));
  booster_ = std::shared_ptr<void>(booster, call.booster_free);
  int finished = 0;
  for (int round = 0; round < settings.rounds && finished == 0; ++round) {
    ask(settings.check);
    call.require(call.booster_update(booster, &finished));
  }
}

std::vector<double> BoostedTrees::probabilities(const TreeRows& rows) const {
  const auto& call = library_.functions();
  std::vector<double> found(rows.rows());
  std::int64_t length = 0;
  call.require(call.booster_predict(booster_.get(), rows.values.data(), dtype_float32,
                                    static_cast<std::int32_t>(rows.rows()), static_cast<std::int32_t>(rows.columns), 1,
                                    predict_normal, 0, -1, "num_threads=1", &length, found.data()));
  FEDLOOM_CHECK(static_cast<std::size_t>(length) == found.size());
  return found;
}

}  // namespace fedloom::evaluate
