// The normal distribution, by portable functions: the same bits on every machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace lode::statistics {

// Density of N(0, 1).
double NormalDensity(double z);

// P(N(0, 1) <= z), to about 12 digits, also where it is very small.
double NormalProbability(double z);

// The inverse, to about 16 digits (Wichura, Algorithm AS 241, Applied Statistics 37, 1988).
// REQUIRES: 0 < p < 1.
double NormalQuantile(double p);

// log E[max(Z + z, 0)] for Z from N(0, 1): the logarithm of phi(z) + z Phi(z), finite also where
// this underflows.
double LogExpectedExcess(double z);

}  // namespace lode::statistics
