#include "mpi_error.hpp"

#include <mpi.h>

#include <string>

#include "fedloom/base/error.hpp"

namespace fedloom::transport {

namespace {

constexpr const char* remedy = "see what mpirun says of the other processes, then start the run again with --resume";

std::string failure(int code, const char* action) {
  char text[MPI_MAX_ERROR_STRING] = {};
  int length = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  return std::string("cannot ") + action + " (" + std::string(text, length) + ")";
}

}  // namespace

void check_mpi(int code, const char* action) {
  if (code != MPI_SUCCESS) throw EnvironmentError("MPI", failure(code, action), remedy);
}

}  // namespace fedloom::transport
