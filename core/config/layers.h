// Lays a document's layers on each other, with the rules for component tables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"

namespace lode::core {

// In a merged tree a component table has this form, whatever it was written like: `use` and
// sub-tables by component id. [oracle] and [[exploration]] may be lists of such tables.
Node MergeLayers(const Document& document, Diagnostics& diagnostics);

// Lays one table of a layer over a merged tree.
void MergeEntry(Node& merged, const Entry& entry, Diagnostics& diagnostics);

// Changes a merged tree: in a component's table like one more layer, elsewhere by putting the value
// in the place of what is there (a table too: grid={} takes the grid away). Overrides that set a
// `use` come first, so that parameters beside it go to the new component; but none comes before one
// that gives a whole table or list ahead of it, which would undo it.
void ApplyOverrides(Node& merged, std::vector<Override> overrides, Diagnostics& diagnostics);

// A table for each part of the path, the value within.
Node Nest(std::span<const std::string> path, const Node& value);

}  // namespace lode::core
