// Architectures as choices.
#pragma once

#include <cstdint>
#include <lode/plugin.hpp>
#include <string>
#include <vector>

namespace lode::core {

// A row of a space's matrices. Without a 1 in it, the last choice is taken: "none".
struct Decision {
  std::string name;
  std::vector<std::string> choices;
};

std::vector<Decision> DecisionsOf(const lode::Space& space);

// Returns the position of the choice that an architecture takes for each decision.
std::vector<std::uint8_t> ChoicesOf(const lode::Space& space, lode::ArchitectureView architecture);

}  // namespace lode::core
