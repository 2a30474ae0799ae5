// What the Gaussian processes are fitted to.
#pragma once

#include <span>
#include <vector>

namespace bo {

// Returns normal scores of the values, with mean 0 and, unless all are equal, variance 1: values
// below the `clip` quantile are raised to it, each value's rank, the mean rank of equal ones, is
// divided by their number, and the normal quantile taken of that. Only the order of the values
// matters. Clipping keeps the model from spending its flexibility on differences among bad
// architectures. REQUIRES: no value is NaN, 0 <= clip < 1.
std::vector<double> NormalScores(std::span<const double> values, double clip);

}  // namespace bo
