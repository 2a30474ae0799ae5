// Writes a merged tree as TOML.
#pragma once

#include <string>

#include "core/config/node.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// Formats the tables of a pipeline in merged form, each with `prefix` ("stage.") before its name,
// with absolute paths: the result means the same in any file.
std::string FormatTree(const Node& tree, const std::string& prefix, const Catalog& catalog);

}  // namespace lode::core
