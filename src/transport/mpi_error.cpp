#include "mpi_error.hpp"

#include <mpi.h>

#include <string>

#include "fedloom/base/error.hpp"

namespace fedloom::transport {

void check_mpi(int code, const char* action) {
  if (code == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  throw EnvironmentError("MPI", std::string("cannot ") + action + " (" + std::string(text, length) + ")",
                         "see what mpirun says of the other processes, then start the run again with --resume");
}

}  // namespace fedloom::transport
