// A short hash of a text, to distinguish texts but not to protect them.
#pragma once

#include <cstdint>
#include <string_view>

namespace lode::core {

// `hash` is the hash of the preceding text, to continue it. FNV-1a: stable across versions and
// machines, which std::hash does not promise.
constexpr std::uint64_t HashText(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u) {
  for (const char c : text) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u; }
  return hash;
}

}  // namespace lode::core
