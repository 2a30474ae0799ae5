// The duration of the benchmark's trainings, for tables that do not have it.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugins/spaces/nb201/cell.h"

namespace nb201 {

// Returns the seconds of the training behind the validation accuracy, on the benchmark authors'
// machine: `epochs` passes over the training part (on CIFAR-10 half of the training images), and
// one pass over the validation part at the end. The authors charge this for an evaluation.
//
// A least-squares fit by the numbers of operations in the cell: off by 1.5 % on average and by at
// most 8 % on the 1000 architectures it was fitted to. DATA.md has the derivation.
//
// `dataset`: "cifar10", "cifar100" or "imagenet16"; throws std::out_of_range for any other.
double TrainingSeconds(const Cell& cell, std::string_view dataset, std::int64_t epochs);

}  // namespace nb201
