// What a document calls things, in the words that Lode has for them: users write names in any case,
// and trials for steps.
#pragma once

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// The document with the ids of components as the catalog has them, and `steps` where it says
// `budget.trials`; in its overrides and its [grid], too. Names that are not known stay.
Document WithKnownNames(const Document& document, const Catalog& catalog, Diagnostics& diagnostics);

}  // namespace lode::core
