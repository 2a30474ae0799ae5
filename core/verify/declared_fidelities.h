// The fidelities that an oracle declares, and examples of those that it serves and of others.
#pragma once

#include <lode/plugin.hpp>
#include <optional>
#include <vector>

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Returns whether the oracle's table says which fidelities it serves.
bool DeclaresFidelities(const lode_component& oracle);

// Returns what a bound oracle declares; nothing if that breaks a rule, which is then reported.
// REQUIRES: DeclaresFidelities().
std::optional<Fidelities> DeclaredBy(const Subject& oracle, Findings& findings);

// Checks that an oracle that is not bound refuses to say what it serves. REQUIRES:
// DeclaresFidelities().
void CheckUnboundFidelities(const Subject& oracle, Findings& findings);

// Returns all values of a list; both ends and the middle of a range.
std::vector<double> Served(const Fidelities& fidelities);

// Returns some fidelities in (0, 1) that are not served.
std::vector<double> NotServed(const Fidelities& fidelities);

}  // namespace lode::verify
