// A short name for a text: for what is told apart, not for what is protected.
#pragma once

#include <cstdint>
#include <string_view>

namespace lode::core {

// `hash`: of the text before it, to go on. FNV-1a: stable over versions and machines, which std::hash does not promise.
constexpr std::uint64_t HashText(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace lode::core
