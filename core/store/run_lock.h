// One process at a time works on a run's directory; several may work in a directory of runs.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "core/plugin/file_descriptor.h"

namespace lode::core {

// Held as long as it lives, and given back by the system however the process ends.
class RunLock {
 public:
  enum class Holders { kOne, kMany };

  // Throws HostError with the other process's id if the directory is locked for one, or for many
  // and `holders` is kOne.
  explicit RunLock(const std::filesystem::path& directory, Holders holders = Holders::kOne);

 private:
  Descriptor file_;
};

// Held while runs in a directory are planned, as long as it lives. Others wait for it.
class PlanLock {
 public:
  explicit PlanLock(const std::filesystem::path& directory);

 private:
  Descriptor file_;
};

// The process that works on a run, if one does.
std::optional<pid_t> HolderOf(const std::filesystem::path& directory);

}  // namespace lode::core
