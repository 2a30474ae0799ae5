// An architecture's network in Graphviz's language.
#pragma once

#include <lode/plugin.hpp>
#include <string>

#include "core/report/picture.h"

namespace lode::core {

// A directed graph; nodes of one group are in one box, groups in the order of their first nodes.
// `colors`: of what edges do, and of nodes in boxes where edges do nothing; null: black.
std::string FormatDot(const lode::Graph& graph, const OperationColors* colors = nullptr);

}  // namespace lode::core
