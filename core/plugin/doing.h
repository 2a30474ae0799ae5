// Says what was being done, and to which file, where the standard library only says why it failed.
#pragma once

#include <string>

namespace lode::core {

// To be called in a handler. Throws a HostError, "WHAT: WHY", for an exception of the standard
// library or of one that we use, WHY in plain words; throws others again, since their text is ours
// (HostError, ConfigError, lode::Error).
[[noreturn]] void ThrowAsDoing(const std::string& what);

// Calls `body`, which does `what`: "reading runs/a/result.json".
template <class Body>
auto Doing(const std::string& what, const Body& body) {
  try {
    return body();
  } catch (...) {
    ThrowAsDoing(what);
  }
}

}  // namespace lode::core
