// Words as exec takes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace lode::posix {

// Returns pointers to the words, and a null pointer after the last one: arguments or an
// environment. Valid as long as the words are; exec and posix_spawn do not change what they point
// to.
inline std::vector<char*> PointersTo(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  std::ranges::transform(words, std::back_inserter(pointers),
                         [](const std::string& word) { return const_cast<char*>(word.c_str()); });
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace lode::posix
