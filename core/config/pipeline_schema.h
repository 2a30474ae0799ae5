// The form of pipeline files as a JSON Schema, for editors: from the same declarations that
// validation goes by.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/plugin/catalog.h"

namespace lode::core {

// A draft-07 schema of pipeline files that use the catalog's components.
//
// Whatever resolves by itself is valid. What does not is invalid as far as one file shows it: a
// file may be a layer of others, so nothing is missing from one that includes a file, has a grid or
// does not say its name. Left to validation are rules between values (ascending marks, say), what
// metrics there are, and what is outside of the file: other files, the environment.
nlohmann::ordered_json PipelineSchema(const Catalog& catalog);

}  // namespace lode::core
