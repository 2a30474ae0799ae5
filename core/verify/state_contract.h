// The contract of components that save and load what they have learned.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/verify/findings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// How instances of some kind are made ready and used.
struct Usage {
  // An instance that is bound, if its kind is; null if that failed.
  std::function<std::unique_ptr<Subject>()> make;
  // Lets an instance go through one step; what it gave, empty if it failed.
  std::function<std::string(Subject&, std::uint64_t step)> step;
};

// Whether the component has both functions.
bool CanSave(const lode_component& component);

// Saves, loads into two new instances and compares what they do from there; then loads damaged
// states. REQUIRES: CanSave. Rules: "state.save", "state.load",
// "state.load.unchanged", "determinism", "error.message".
void CheckState(const lode_component& component, const Usage& usage, Findings& findings);

// What save writes, if it does not fail.
std::optional<std::string> SaveState(const Subject& subject, Findings& findings);

// Loads from bytes, given in pieces as a pipe would.
lode_status LoadState(Subject& subject, std::string_view bytes, Findings& findings);

}  // namespace lode::verify
