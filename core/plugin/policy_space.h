// The space in which a policy was learned. A policy says nothing about other spaces.
#pragma once

#include <lode/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lode::core {

struct PolicySpace {
  std::string name{};                                             // the component's ID
  std::vector<std::pair<std::string, std::string>> parameters{};  // names and values, as TOML
  std::vector<Matrix> matrices{};
};

// Returns the first difference from the space of this search, "space 'ofa', this search is in space
// 'nb201'" or "space 'tower' with stages = 4, this search has stages = 5"; "" if they are equal.
std::string DifferenceOfSpaces(const PolicySpace& learned, const PolicySpace& here);

// Converts to JSON and back. Parsing throws HostError for any other text.
std::string FormatPolicySpace(const PolicySpace& space);
PolicySpace ParsePolicySpace(std::string_view text);

}  // namespace lode::core
