// The host's own tables of a pipeline, declared like a component's parameters: validation, `lode
// describe pipeline` and the reference come from here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/plugin/declaration.h"

namespace lode::core {

struct HostTable {
  std::string name;
  std::string doc;
  std::vector<ParamDeclaration> params;
};

const std::vector<HostTable>& HostTables();

// REQUIRES: a table of this name.
const HostTable& FindHostTable(std::string_view name);

}  // namespace lode::core
