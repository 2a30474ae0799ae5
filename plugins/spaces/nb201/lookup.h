// Shared by the oracles that look cells up in a table.
#pragma once

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

// Throws lode::UnsupportedError unless `space` has the one matrix of nb201, labels included.
void RequireNb201(const lode::Space& space);

}  // namespace nb201
