// The number of processors that this process may use, and how its threads wait for each other.
#pragma once

#include <filesystem>

namespace lode::core {

// Returns how many processors this process may be scheduled on (taskset, containers), limited by
// its control group's quota; at least 1.
unsigned Processors();

// Returns the processor seconds per second that the control groups (v1 or v2) allow, or infinity
// without a limit. Files that cannot be read set no limit. `root` is where /proc and the control
// groups are; tests pass another one.
double CpuQuota(const std::filesystem::path& root = "/");

// Lets idle threads of OpenMP and OpenBLAS spin for microseconds only, then sleep, in this process
// and those it starts. Threads that spin longer keep those they wait for off shared processors;
// threads that sleep at once make small trainings slower with two threads than with one. Respects
// variables that the user has set. Call it before the first thread starts and before a library that
// computes is loaded, because the libraries read the variables then.
void WaitPassively();

}  // namespace lode::core
