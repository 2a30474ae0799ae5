// The views of run.db, which answer the usual questions (run_store.h describes them).
#pragma once

#include <string>

#include "core/store/schema.h"

namespace lode::core {

// Returns the SQL that creates them.
std::string ViewsFor(const StoreShape& shape);

}  // namespace lode::core
