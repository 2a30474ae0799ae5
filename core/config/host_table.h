// A table of the host in pipelines, as plain data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

// Flags of the host's own parameters that declare the effect of a changed value on stored runs
// (host_tables.h), in addition to the flags of the SDK. Without one, the effect is kTrials.
inline constexpr std::uint32_t kKeepsTrials = 1u << 30;
inline constexpr std::uint32_t kKeepsResults = 1u << 31;

struct HostTable {
  std::string name;  // "reward.limits" is in [reward]; "" means the keys before all tables
  std::string doc;
  std::vector<ParamDeclaration> params{};
  bool list = false;           // a list of such tables: [[NAME]]
  bool keeps_results = false;  // as if declared for each of its keys

  // Returns how the table is written: "[budget]", "[[reference]]".
  std::string header() const { return list ? "[[" + name + "]]" : "[" + name + "]"; }
};

}  // namespace lode::core
