// Merges a document's layers, with the rules for component tables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"

namespace lode::core {

// In a merged tree, a component table has this form, however it was written: `use` and sub-tables
// by component ID. [oracle] and [[exploration]] may be lists of such tables.
Node MergeLayers(const Document& document, Diagnostics& diagnostics);

// Merges one table of a layer into a merged tree.
void MergeEntry(Node& merged, const Entry& entry, Diagnostics& diagnostics);

// Changes a merged tree. In a component's table an override works like one more layer; elsewhere
// its value replaces the old one, even a table (grid={} removes the grid). Overrides that set a
// `use` are applied first, so that parameters beside it go to the new component, but never before
// an earlier override of a whole table or list, which would undo them.
void ApplyOverrides(Node& merged, std::vector<Override> overrides, Diagnostics& diagnostics);

// Returns nested tables, one for each part of the path, with the value inside.
Node Nest(std::span<const std::string> path, const Node& value);

}  // namespace lode::core
