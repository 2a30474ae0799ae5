// The tensors of the Once-for-All supernets, with the names and shapes of the authors' program.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "plugins/spaces/ofa/named_shape.h"

namespace ofa {

// Parameters and buffers of the supernet of width "1.0" or "1.2", in the order of its state
// dictionary.
std::vector<NamedShape> SupernetState(std::string_view width, std::int64_t classes);

}  // namespace ofa
