// Adds to errors what was being done, and to which file, because the standard library only says why
// it failed.
#pragma once

#include <string>

namespace lode::core {

// Call it in a catch handler. For exceptions of the standard library or of a library that we use,
// throws a HostError "WHAT: WHY" with WHY in plain words. Rethrows others (HostError, ConfigError,
// lode::Error), because their texts are ours.
[[noreturn]] void ThrowAsDoing(const std::string& what);

// Calls `body`. `what` describes it: "reading runs/a/result.json".
template <class Body>
auto Doing(const std::string& what, const Body& body) {
  try {
    return body();
  } catch (...) { ThrowAsDoing(what); }
}

}  // namespace lode::core
