#include "core/plugin/installation.h"

#include <system_error>

namespace lode::core {

namespace fs = std::filesystem;

fs::path ProgramFile() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

fs::path InstalledPath(const fs::path& relative) {
  return (ProgramFile().parent_path() / ".." / relative).lexically_normal();
}

}  // namespace lode::core
