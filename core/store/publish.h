// Puts finished files where others look for them.
#pragma once

#include <filesystem>

namespace lode::core {

// Gives `partial`, whose content is on the disk, the name `file` in the same directory, whatever had
// it before; on return that is on the disk, too. Throws HostError.
void Publish(const std::filesystem::path& partial, const std::filesystem::path& file);

}  // namespace lode::core
