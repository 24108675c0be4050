#pragma once
// A folder that a run left.

#include <filesystem>

#include "fedloom/config/config.hpp"

namespace fedloom::apps {

/// Throws UsageError where no finished run is there.
config::Experiment experiment_of(const std::filesystem::path& run);

}  // namespace fedloom::apps
