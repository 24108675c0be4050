#pragma once
// One mpirun as a child of this process.

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace fedloom::apps {

class MpirunProcess {
 public:
  /// Starts it, in a process group of its own: Ctrl-C comes to us alone, and is passed on as a request to stop cleanly.
  /// `variables`: "NAME=value", where the environment does not set that name already. Throws EnvironmentError.
  MpirunProcess(const std::vector<std::string>& line, const std::vector<std::string>& variables);
  /// Its exit code, or 128 + the signal that ended it, once it has ended.
  std::optional<int> ended();
  void signal(int number) const;

 private:
  pid_t child_ = 0;
  std::optional<int> code_;
};

}  // namespace fedloom::apps
