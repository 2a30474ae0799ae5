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

// How to create and use instances of some kind.
struct Usage {
  // Returns an instance, bound if its kind needs that; null if that failed.
  std::function<std::unique_ptr<Subject>()> make;
  // Runs one step of an instance and returns its result, empty if it failed.
  std::function<std::string(Subject&, std::uint64_t step)> step;
  // Makes what an instance works with fit for any state that it may load.
  std::function<void(Subject&)> reset = [](Subject&) {};
};

// Returns whether the component has both functions.
bool CanSave(const lode_component& component);

// Saves, loads into two new instances and compares what they do then; then loads damaged states.
// REQUIRES: CanSave. Rules: "state.save", "state.load", "state.load.unchanged", "determinism",
// "error.message".
void CheckState(const lode_component& component, const Usage& usage, Findings& findings);

// Returns what save writes, if it does not fail.
std::optional<std::string> SaveState(const Subject& subject, Findings& findings);

// Loads from bytes that arrive in pieces, as from a pipe.
lode_status LoadState(Subject& subject, std::string_view bytes, Findings& findings);

}  // namespace lode::verify
