#include "scratch_folder.hpp"

#include <unistd.h>

#include <string>
#include <system_error>

#include "fedloom/base/error.hpp"

namespace fedloom::apps {

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "fedloom-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw EnvironmentError(name, "cannot be created", "check the folder for temporary files (TMPDIR)");
  }
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace fedloom::apps
