// The benchmark's own numbers of its architectures.
#pragma once

#include <array>
#include <cstdint>

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

// The ToIndex() of the architectures 0, 1, ... of the benchmark. Its authors listed all cells in
// the order of ToIndex() and shuffled them with Python's generator and the seed 88; this function
// does the same, once per process. Any thread may call it.
const std::array<std::uint16_t, kArchitectures>& BenchmarkOrder();

}  // namespace nb201
