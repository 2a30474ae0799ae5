// The file of an optimizer's policy: the plugin's data, then 16 bytes with a mark and a checksum of
// everything before it. Files of earlier versions, without these, can be read, too.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lode::core {

// Throws HostError.
void WritePolicy(const std::filesystem::path& file, std::string_view saved);

struct Policy {
  std::string saved;  // the plugin's data
  bool has_checksum = false;
};

// Throws HostError for a file that cannot be read or is damaged.
Policy ReadPolicy(const std::filesystem::path& file);

}  // namespace lode::core
