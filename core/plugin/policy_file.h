// The file that keeps an optimizer's policy: what its plugin has saved, then, in 16 bytes, a mark and
// a checksum of all before them. Files without these, of earlier versions, can be read, too.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace lode::core {

// Throws HostError.
void WritePolicy(const std::filesystem::path& file, std::string_view saved);

struct Policy {
  std::string saved;  // by the plugin
  bool has_checksum = false;
};

// Throws HostError for a file that cannot be read, or is damaged.
Policy ReadPolicy(const std::filesystem::path& file);

}  // namespace lode::core
