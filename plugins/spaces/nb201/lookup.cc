#include "plugins/spaces/nb201/lookup.h"

#include <lode/matrices.hpp>

#include "plugins/spaces/nb201/space.h"

namespace nb201 {

void RequireNb201(const lode::Space& space) {
  lode::RequireMatrices(space, {CellMatrix()}, "the table is of the space nb201");
}

std::uint32_t IndexOf(const lode::Query& query) {
  if (query.fidelity != 1) {
    throw lode::UnsupportedError("fidelity is " + std::to_string(query.fidelity) +
                                 ", the table has results at 1 only");
  }
  return ToIndex(FromArchitecture(query.architecture));
}

}  // namespace nb201
