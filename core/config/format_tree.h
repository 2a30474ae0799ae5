// A merged tree as TOML.
#pragma once

#include <string>

#include "core/config/node.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// The tables of a pipeline in merged form, each below `prefix` ("stage."), with paths made absolute:
// what comes out means the same in any file.
std::string FormatTree(const Node& tree, const std::string& prefix, const Catalog& catalog);

}  // namespace lode::core
