// Compares the configuration of something stored with what it would be now.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace lode::core {

// A `key = value` line of a configuration, with its table.
struct ConfigurationLine {
  std::string table;       // "[budget]", "[[oracle]]"
  std::size_t number = 0;  // of this table among those of its name, from 1
  std::string key, text;   // text: the whole line

  bool IsSameKey(const ConfigurationLine& other) const {
    return table == other.table && number == other.number && key == other.key;
  }
  std::string_view table_name() const;  // "budget", "oracle"
  std::string_view value() const;       // as TOML
};

// Returns the lines of a text of FormatPipeline.
std::vector<ConfigurationLine> LinesOf(const std::string& toml);

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
