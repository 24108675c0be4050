#pragma once
// What both halves of an MPI run check before they say a word.

#include <filesystem>
#include <string>

#include "fedloom/config/config.hpp"
#include "fedloom/transport/mpi.hpp"

namespace fedloom::apps {

/// One coordinator and one process a site: anything else is a fault (a process that is alone without knowing it
/// would release a total that is its own). Throws EnvironmentError.
void check_world(const Roster& roster, const transport::Transport& transport);

/// Throws UsageError for trust: central, which has no peers.
void require_roster(const config::Experiment& experiment);

/// Where this process stands in its party. Throws UsageError unless `part` is I/K with 1 ≤ I ≤ K.
transport::Place place_of(const std::string& party, const std::string& part);

/// The run's id is its folder's name.
std::string run_id_of(const std::filesystem::path& out);

}  // namespace fedloom::apps
