#pragma once
// MPI's return codes as errors that a person can act on. For the files of this folder that use MPI.

#include "fedloom/transport/transport.hpp"

namespace fedloom::transport {

/// Throws EnvironmentError unless `code` is success. `action`: what was tried, as "send a message to rank 3".
void check_mpi(int code, const char* action);
/// For what only one peer can make fail: throws PeerError, which names its rank, unless `code` is success.
void check_peer(int code, Endpoint peer, const char* action);

}  // namespace fedloom::transport
