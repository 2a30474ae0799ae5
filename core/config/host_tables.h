// The host's own tables of a pipeline, declared like a component's parameters: validation, `lode
// describe pipeline`, the reference and the JSON schema come from here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

constexpr std::int64_t kMaxSeeds = 10000;

struct HostTable {
  std::string name;  // "reward.limits" stands in [reward]; "": the keys before all tables
  std::string doc;
  std::vector<ParamDeclaration> params;
  bool list = false;  // a list of such tables: [[NAME]]
};

const std::vector<HostTable>& HostTables();

// What a component's table has beside the component's own parameters. `preset`: if it declares
// presets; `policy`: if it is an optimizer.
const std::vector<ParamDeclaration>& ComponentKeys();

// REQUIRES: a table of this name.
const HostTable& FindHostTable(std::string_view name);

// REQUIRES: a component key of this name.
const ParamDeclaration& FindComponentKey(std::string_view name);

}  // namespace lode::core
