// The format of pipeline files as a JSON Schema for editors, derived from the same declarations as
// validation.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/config/host_table.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// Returns a draft-07 schema of pipeline files that use the catalog's components.
//
// Files that resolve by themselves are valid. Others are invalid as far as one file shows it: a
// file may be a layer of others, so one that includes a file, has a grid or has no name may lack
// anything. Validation must check the rest: rules between values (such as ascending marks), the
// existing metrics, and everything outside the file, such as other files and the environment.
nlohmann::ordered_json PipelineSchema(const Catalog& catalog);

// Returns the schema of one table of the host, which requires nothing.
nlohmann::ordered_json HostTableSchema(const HostTable& table);

}  // namespace lode::core
