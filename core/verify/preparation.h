// An oracle's prepare(): calling it as the host does, and its contract.
#pragma once

#include <lode/plugin.h>

#include <filesystem>

#include "core/verify/case.h"
#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// A temporary directory. That it cannot be created is not the component's fault: throws HostError.
class Scratch : public test::TemporaryDirectory {
 public:
  Scratch();
};

// Returns whether the oracle prepares before it is asked.
bool CanPrepare(const lode_component& component);

// Lets a bound oracle prepare in the directory. Returns LODE_OK if it has nothing to prepare.
lode_status Prepare(Subject& oracle, const std::filesystem::path& directory, lode_error* error);

// Prepares in directories of its own: once, again, and interrupted; and watches where files are
// written. Rules: "oracle.prepare*", "host.cancellation".
void CheckPreparation(const Case& checked, Findings& findings);

}  // namespace lode::verify
