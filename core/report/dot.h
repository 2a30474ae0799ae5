// Writes an architecture's network in Graphviz's language.
#pragma once

#include <lode/plugin.hpp>
#include <string>

#include "core/report/picture.h"

namespace lode::core {

// Returns a directed graph. Nodes of one group are in one box, groups in the order of their first
// nodes. `colors` are for the operations on edges, or on nodes in boxes if edges have no
// operations; null means black.
std::string FormatDot(const lode::Graph& graph, const OperationColors* colors = nullptr);

}  // namespace lode::core
