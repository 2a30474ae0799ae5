// Translates the names in a document to Lode's own: users write names in any case, and "trials" for
// "steps".
#pragma once

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// Returns the document with component IDs spelled as in the catalog, and `steps` instead of
// `budget.trials`; also in its overrides and its [grid]. Unknown names stay.
Document WithKnownNames(const Document& document, const Catalog& catalog, Diagnostics& diagnostics);

}  // namespace lode::core
