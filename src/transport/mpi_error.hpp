#pragma once
// MPI's return codes as errors that a person can act on. For the files of this folder that use MPI.

namespace fedloom::transport {

/// Throws EnvironmentError unless `code` is success. `action`: what was tried, as "send a message to rank 3".
void check_mpi(int code, const char* action);

}  // namespace fedloom::transport
