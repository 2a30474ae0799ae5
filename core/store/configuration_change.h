// Compares the configuration of something stored with what it would be now.
#pragma once

#include <string>

namespace lode::core {

struct ConfigurationChange {
  // Changes that lead to other trials, "was [optimizer] sample = 10, is [optimizer] sample = 4"; ""
  // if there are none.
  std::string trials;
  // The trials stay the same, but reports about them change.
  bool tables = false;
};

// Compares two texts of FormatPipeline, key by key, by the effects that keys declare
// (host_tables.h). With `ignore_budget`, changes in [budget] do not count.
ConfigurationChange CompareConfigurations(const std::string& then, const std::string& now,
                                          bool ignore_budget);

}  // namespace lode::core
