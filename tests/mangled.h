// Texts that a parser must refuse.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lode {

// Returns all shorter beginnings of a text, and the text with each character in turn changed to
// '#'.
inline std::vector<std::string> Mangled(std::string_view text) {
  std::vector<std::string> mangled;
  for (std::size_t n = 0; n < text.size(); ++n) {
    mangled.emplace_back(text.substr(0, n));
    mangled.emplace_back(text).at(n) = '#';
  }
  return mangled;
}

}  // namespace lode
