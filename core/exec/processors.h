// The processors that this process may use, and how its threads wait for each other on them.
#pragma once

#include <filesystem>

namespace lode::core {

// As many as it may be scheduled on (taskset, containers) and its control group's quota pays for; at
// least 1.
unsigned Processors();

// How much processor time a second the control groups (v1 or v2) allow, infinity if any. What cannot
// be read limits nothing. `root` is where /proc and the control groups are: another one for tests.
double CpuQuota(const std::filesystem::path& root = "/");

// Lets idle threads of OpenMP and OpenBLAS spin for microseconds only, then sleep, in this process
// and what it starts. Threads that spin longer keep those they wait for off shared processors; those
// that sleep at once make small trainings slower with two threads than with one. Keeps what the user
// has set. Call it before the first thread, and before what computes is loaded: the
// libraries read it then.
void WaitPassively();

}  // namespace lode::core
