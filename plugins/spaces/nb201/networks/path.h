// The random paths that a supernet is trained along.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

// The draws are a function of the seed and the step.

// Uniform over all cells (Guo et al., ECCV 2020; Li and Talwalkar, UAI 2019).
Cell DrawCell(std::uint64_t seed, std::uint64_t step);

// One cell for each place, uniform over the cells in which every node has an edge that is not
// `none` (Dong and Yang, SETN, ICCV 2019, as in its program).
std::vector<Cell> DrawCells(std::uint64_t seed, std::uint64_t step, std::size_t places);

}  // namespace nb201
