// What a send to a peer that is gone looks like. An MPI library tells of it in its own time, if at all, so this program
// stands between the transport and the library (the standard's profiling interface) and answers for a dead rank 1. The
// loss must come out of receive(), once, and never as an exception.
//
//   mpirun -n 2 … lost_peer at-once   MPI_Issend fails
//   mpirun -n 2 … lost_peer later     MPI_Issend is taken, and MPI_Test of the transfer fails

#include <mpi.h>

#include <cstdio>
#include <string>
#include <string_view>

#include "fedloom/base/error.hpp"
#include "fedloom/transport/mpi.hpp"

namespace {

enum class Loss { none, at_once, later };
Loss loss = Loss::none;  // what MPI's own functions below answer has no other way in

}  // namespace

int MPI_Issend(const void* bytes, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm, MPI_Request* request) {
  if (loss == Loss::at_once) return MPI_ERR_OTHER;
  if (loss == Loss::none) return PMPI_Issend(bytes, count, type, to, tag, comm, request);
  *request = MPI_REQUEST_NULL;
  return MPI_SUCCESS;
}

int MPI_Test(MPI_Request* request, int* done, MPI_Status* status) {
  return loss == Loss::later ? MPI_ERR_OTHER : PMPI_Test(request, done, status);
}

int main(int argc, char** argv) {
  using namespace fedloom;
  const auto wire = transport::MpiTransport::start(argc, argv);
  wire->mark_failed();
  if (wire->rank() > 0) return 0;
  loss = argc > 1 && std::string_view(argv[1]) == "later" ? Loss::later : Loss::at_once;
  try {
    wire->send(1, secagg::Abort{"the first is lost"});
    wire->send(1, secagg::Abort{"by the second it is known"});
    const auto first = wire->receive(monotonic_now() + Millis(1000));
    const auto second = wire->receive(monotonic_now() + Millis(100));
    wire->send(1, secagg::Abort{"this vanishes"});
    const auto third = wire->receive(monotonic_now() + Millis(100));
    loss = Loss::none;
    const bool reported = first && first->lost && first->from == 1 && !first->message;
    std::printf(reported && !second && !third ? "ok\n" : "NOT OK\n");
    return reported && !second && !third ? 0 : 1;
  } catch (const Error& error) {
    std::fprintf(stderr, "an error of one peer was thrown: %s\n", error.what());
  }
  return 1;
}
