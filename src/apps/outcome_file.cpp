#include "outcome_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "fedloom/base/error.hpp"

namespace fedloom::apps {
namespace fs = std::filesystem;

namespace {

constexpr const char* remedy = "check that the run's folder lies on a disk that can be written, shared by all nodes";

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
}

EnvironmentError failure(const fs::path& file, const char* what) {
  return {file.string(), std::string(what) + ": " + std::strerror(errno), remedy};
}

/// The first line; none while it has no end yet.
std::string line_of(int handle) {
  std::array<char, 512> text{};
  const ssize_t length = pread(handle, text.data(), text.size(), 0);
  const std::string content(text.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  const auto end = content.find('\n');
  return end == std::string::npos ? "" : content.substr(0, end);
}

}  // namespace

OutcomeFile::OutcomeFile(const fs::path& file) : handle_(open(file.c_str(), O_WRONLY | O_CLOEXEC)), host_(host_name()) {
  if (handle_ < 0) throw failure(file, "cannot be opened");
  while (flock(handle_, LOCK_EX) != 0) {
    // A file system without locks: the line alone will have to do.
    if (errno != EINTR) {
      host_ = "?";
      break;
    }
  }
  if (!write("starting " + host_)) {
    const auto error = failure(file, "cannot be written");
    close(handle_);
    throw error;
  }
}

OutcomeFile::~OutcomeFile() { close(handle_); }

void OutcomeFile::running() { write("running " + host_); }
void OutcomeFile::ended(int code) noexcept { write("ended " + std::to_string(code)); }

bool OutcomeFile::write(const std::string& line) noexcept {
  // Padded, so that a shorter line covers a longer one.
  std::array<char, 300> text{};
  text.fill(' ');
  std::memcpy(text.data(), line.data(), std::min(line.size(), text.size() - 1));
  text.back() = '\n';
  return pwrite(handle_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

OutcomeWatch::OutcomeWatch(const fs::path& out) {
  fs::path folder = fs::absolute(out).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  std::error_code error;
  fs::create_directories(folder.parent_path(), error);
  std::string name = (folder.parent_path() / ("." + folder.filename().string() + ".outcome-XXXXXX")).string();
  const int handle = mkostemp(name.data(), O_CLOEXEC);
  if (handle < 0) throw failure(folder.parent_path(), "no file can be made here");
  close(handle);
  file_ = name;
}

OutcomeWatch::~OutcomeWatch() {
  std::error_code error;
  fs::remove(file_, error);
}

OutcomeWatch::Outcome OutcomeWatch::look() const {
  const int handle = open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return {};
  // The lock first: a line read after it was found free is the last one.
  const bool free = flock(handle, LOCK_EX | LOCK_NB) == 0;
  std::istringstream words(line_of(handle));
  close(handle);
  std::string state, rest;
  words >> state >> rest;
  if (state == "ended") return {State::ended, std::atoi(rest.c_str())};
  if (!state.empty() && free && rest == host_name()) return {State::died, 0};
  return {state == "running" ? State::running : State::starting, 0};
}

}  // namespace fedloom::apps
