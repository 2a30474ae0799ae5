// A space for tests, with decisions of all kinds.
#pragma once

#include <lode/choices.hpp>
#include <vector>

// Two decisions share their values, one has a single value, one has its own matrix.
inline std::vector<lode::Decision> MixedDecisions() {
  return {{"layer 1", {"conv", "skip", "pool"}},
          {"width", {"16", "32"}},
          {"stem", {"plain"}},
          {"layer 2", {"conv", "skip", "pool"}},
          {"head", {"16", "32"}, "ends"}};
}

struct MixedSpace : lode::ChoiceSpace {
  struct Config {};
  MixedSpace(lode::Host, const Config&) : ChoiceSpace(MixedDecisions()) {}
};
