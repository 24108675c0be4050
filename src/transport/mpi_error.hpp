#pragma once
// MPI's return codes as errors that a person can act on. For the files of this folder that use MPI.

namespace fedloom::transport {

/// Throws EnvironmentError unless `code` is success. For what no single peer can make fail: an error of one peer's
/// transfer makes that peer lost instead. `action`: what was tried, as "look for messages".
void check_mpi(int code, const char* action);

}  // namespace fedloom::transport
