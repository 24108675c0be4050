#pragma once
// fedloom-coordinator run --part I/K: a rank of a coordinator of several, which takes its share of each fit.

#include <string>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/mpi.hpp"

namespace fedloom::apps {

/// At every rank of the coordinator but its first: fits with it until it says that the run is over. Writes no file and
/// speaks to no site. `experiment`: its file.
ExitCode fit_as_part(const std::string& experiment, const transport::Place& place, transport::MpiTransport& transport);

/// At the first rank, once nothing is left to fit: lets the others end. Does nothing where it is the only one.
void dismiss_fitting_parts(transport::MpiTransport& transport) noexcept;

}  // namespace fedloom::apps
