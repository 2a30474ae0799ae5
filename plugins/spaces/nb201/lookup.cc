#include "plugins/spaces/nb201/lookup.h"

#include <lode/matrices.hpp>

#include "plugins/spaces/nb201/space.h"

namespace nb201 {

void RequireNb201(const lode::Space& space) {
  lode::RequireMatrices(space, {CellMatrix()}, "the table is of the space nb201");
}

}  // namespace nb201
