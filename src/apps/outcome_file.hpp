#pragma once
// How the coordinator of a run ended, for whoever started mpirun: with --enable-recovery mpirun gives 0 whatever its
// processes gave. The file stands beside the run's folder, which all nodes share. One line:
//
//   starting HOST | running HOST | ended CODE
//
// The coordinator holds a lock on it as long as it lives, however it dies: a free lock on a line without an end says
// that it was killed. Locks count only where both are on one host; elsewhere the line alone is known.

#include <filesystem>
#include <string>

namespace fedloom::apps {

/// The coordinator's side.
class OutcomeFile {
 public:
  /// Throws EnvironmentError when the file is not there: whoever started the run makes it.
  explicit OutcomeFile(const std::filesystem::path& file);
  ~OutcomeFile();
  OutcomeFile(const OutcomeFile&) = delete;
  OutcomeFile& operator=(const OutcomeFile&) = delete;
  void running();
  /// Best effort: there is nobody left to tell.
  void ended(int code) noexcept;

 private:
  bool write(const std::string& line) noexcept;
  int handle_;
  std::string host_;
};

/// The starter's side: makes the file under a name that no run has had, and removes it at the end.
class OutcomeWatch {
 public:
  enum class State { starting, running, ended, died };
  struct Outcome {
    State state = State::starting;
    int code = 0;  ///< of one that has ended
  };
  /// `out`: the run's folder, which need not exist. Throws EnvironmentError.
  explicit OutcomeWatch(const std::filesystem::path& out);
  ~OutcomeWatch();
  OutcomeWatch(const OutcomeWatch&) = delete;
  OutcomeWatch& operator=(const OutcomeWatch&) = delete;
  const std::filesystem::path& file() const { return file_; }
  Outcome look() const;

 private:
  std::filesystem::path file_;
};

}  // namespace fedloom::apps
