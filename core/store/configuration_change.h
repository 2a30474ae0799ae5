// How the configuration of something that is kept differs from what it would be now.
#pragma once

#include <string>

namespace lode::core {

struct ConfigurationChange {
  // What makes other trials, "was [optimizer] sample = 10, is [optimizer] sample = 4"; "" if nothing.
  std::string trials;
  // The same trials, but what is told of them changes.
  bool tables = false;
};

// Compares two texts of FormatPipeline, key by key as their effects are declared (host_tables.h).
// `ignore_budget`: whatever [budget] says.
ConfigurationChange CompareConfigurations(const std::string& then, const std::string& now,
                                          bool ignore_budget);

}  // namespace lode::core
