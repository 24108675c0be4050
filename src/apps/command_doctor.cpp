// fedloom doctor: is this machine ready?

#include <sodium.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <thread>

#include "commands.hpp"
#include "fedloom/base/version.hpp"
#include "fedloom/model/generator.hpp"
#include "fedloom/train/libtorch.hpp"
#include "fedloom/transport/mpi.hpp"
#include "program.hpp"

namespace fedloom::apps {
namespace {
namespace fs = std::filesystem;

class Doctor {
 public:
  void finding(bool well, const std::string& what, const std::string& value, const std::string& remedy = "") {
    std::cout << (well ? "ok       " : "problem  ") << what << ": " << value;
    if (!well) std::cout << "; " << remedy;
    std::cout << "\n";
    problems_ += well ? 0 : 1;
  }
  int problems() const { return problems_; }

 private:
  int problems_ = 0;
};

fs::path on_path(const std::string& program) {
  const char* variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "" : variable;
  while (!path.empty()) {
    const auto colon = path.find(':');
    const fs::path candidate = fs::path(path.substr(0, colon)) / program;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
    path = colon == std::string_view::npos ? "" : path.substr(colon + 1);
  }
  return {};
}

void examine() {
  Doctor doctor;
  const auto here = fs::read_symlink("/proc/self/exe").parent_path();
  doctor.finding(true, "fedloom", version);
  for (const char* program : {"fedloom-coordinator", "fedloom-site"}) {
    doctor.finding(access((here / program).c_str(), X_OK) == 0, program, (here / program).string(),
                   "build it: ./launch/build");
  }
  const auto mpirun = on_path("mpirun");
  doctor.finding(!mpirun.empty(), "mpirun", mpirun.empty() ? "not found on PATH" : mpirun.string(),
                 "install Open MPI: ./launch/setup");
  doctor.finding(true, "MPI library", transport::MpiTransport::library_version());
  const bool root_refused = geteuid() == 0 && (std::getenv("OMPI_ALLOW_RUN_AS_ROOT") == nullptr ||
                                               std::getenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM") == nullptr);
  doctor.finding(
      !root_refused, "user", geteuid() == 0 ? "root" : "not root",
      "Open MPI refuses root: use another user, or set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1");
  doctor.finding(true, "LibTorch", train::torch_version());
  const bool sodium = sodium_init() >= 0;
  doctor.finding(sodium, "libsodium", sodium ? sodium_version_string() : "does not start",
                 "the system's random generator is not there");
  doctor.finding(true, "AES in hardware", crypto_aead_aes256gcm_is_available() == 1 ? "yes" : "no (masks are slower)");
  doctor.finding(true, "cores", std::to_string(std::thread::hardware_concurrency()));
  const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  doctor.finding(memory > 2e9, "memory", bytes_text(memory), "a run of the bundled size needs about 1 GB");
  std::error_code error;
  const auto space = fs::space(".", error);
  doctor.finding(!error && space.available > 1'000'000'000, "room on this disk",
                 error ? error.message() : bytes_text(static_cast<double>(space.available)),
                 "free some: runs keep their outputs here");
  if (doctor.problems() > 0) {
    throw EnvironmentError("doctor", std::to_string(doctor.problems()) + " problem(s) found", "see the lines above");
  }
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand("doctor", "Is this machine ready? Says what is missing and how to mend it");
  command->footer("Example: fedloom doctor");
  command->callback(examine);
}

}  // namespace fedloom::apps
