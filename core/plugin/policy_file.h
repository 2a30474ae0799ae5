// The file of an optimizer's policy: the plugin's data, the space in which it was learned as JSON,
// the size of that in 8 bytes, and 16 bytes with a mark and a checksum of everything before it.
// Files of earlier versions, without the space or without all of these, can be read, too.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/plugin/policy_space.h"

namespace lode::core {

struct Policy {
  std::string saved;                   // the plugin's data
  std::optional<PolicySpace> space{};  // in which it was learned
  bool has_checksum = false;
};

// Throws HostError.
void WritePolicy(const std::filesystem::path& file, std::string_view saved,
                 const PolicySpace& space);

// Throws HostError for a file that cannot be read or is damaged.
Policy ReadPolicy(const std::filesystem::path& file);

}  // namespace lode::core
