// The host's own tables of a pipeline (pipeline_tables.h declares them) as plain data. `lode
// describe pipeline`, completion, the reference and the JSON schema are derived from it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/config/host_table.h"
#include "core/plugin/declaration.h"

namespace lode::core {

constexpr std::int64_t kMaxSeeds = 10000;

// The effect that a changed value of a key has on stored runs.
enum class Effect {
  kTrials,  // the trials would change
  kTables,  // the trials stay the same, but reports about them change
  kNone,
};

const std::vector<HostTable>& HostTables();

// The keys of a component's table in addition to the component's own parameters. `preset` exists if
// the component declares presets, `policy` if it is an optimizer.
const std::vector<ParamDeclaration>& ComponentKeys();

// Returns the effect of `key` in the table `table` ("execution", "optimizer"). A component's own
// parameters, and undeclared keys, change the trials.
Effect EffectOf(std::string_view table, std::string_view key);

// REQUIRES: there is a table with this name.
const HostTable& FindHostTable(std::string_view name);

// REQUIRES: there is a component key with this name.
const ParamDeclaration& FindComponentKey(std::string_view name);

}  // namespace lode::core
