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

// What another value of a key does to runs that are kept.
enum class Effect {
  kTrials,  // they would have other trials
  kTables,  // the same trials, but what is told of them changes
  kNone,
};

// Flags of the host's own parameters that declare an effect, beside those of the SDK; without one
// it is kTrials.
inline constexpr std::uint32_t kKeepsTrials = 1u << 30;
inline constexpr std::uint32_t kKeepsResults = 1u << 31;

struct HostTable {
  std::string name;  // "reward.limits" stands in [reward]; "": the keys before all tables
  std::string doc;
  std::vector<ParamDeclaration> params;
  bool list = false;           // a list of such tables: [[NAME]]
  bool keeps_results = false;  // as if each of its keys were declared so
};

const std::vector<HostTable>& HostTables();

// What a component's table has beside the component's own parameters. `preset`: if it declares
// presets; `policy`: if it is an optimizer.
const std::vector<ParamDeclaration>& ComponentKeys();

// The effect of `key` in the table `table` ("execution", "optimizer"): a component's own parameters,
// and what is not declared, change the trials.
Effect EffectOf(std::string_view table, std::string_view key);

// REQUIRES: a table of this name.
const HostTable& FindHostTable(std::string_view name);

// REQUIRES: a component key of this name.
const ParamDeclaration& FindComponentKey(std::string_view name);

}  // namespace lode::core
