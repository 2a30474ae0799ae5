// Parts of the contract of optimizers that need an instance of their own for each check.
#pragma once

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Checks trials that the optimizer did not ask for or that are rejected, several goals, and several
// trials in one call.
void CheckTelling(const lode_component& component, const Setting& setting, lode_space space,
                  Findings& findings);

// Checks offers of fidelities, if the optimizer takes them.
void CheckOffers(const lode_component& component, const Setting& setting, lode_space space,
                 Findings& findings);

// Checks what an optimizer that trains a relaxed network declares, and that a search is restored.
void CheckTraining(const lode_component& component, const Setting& setting, lode_space space,
                   Findings& findings);

// Checks several proposals in progress; a second ask, if the optimizer does not declare that it
// runs ahead.
void CheckSeveralAsks(const lode_component& component, const Setting& setting, lode_space space,
                      Findings& findings);

}  // namespace lode::verify
