#pragma once
// fedloom-site serve --part I/K: a rank of a site of several.

#include <string>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/mpi.hpp"

namespace fedloom::apps {

struct ServeOptions {
  std::string policy, experiment, out;
  std::string part = "1/1";
  unsigned threads = 0;
};

/// At every rank of a site but its first: loads its part of the rows and counts it when asked. Opens neither key nor
/// ledger.
ExitCode serve_part(const ServeOptions& options, const transport::Place& place, transport::MpiTransport& transport);

}  // namespace fedloom::apps
