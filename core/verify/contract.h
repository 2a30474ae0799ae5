// What the contracts of all kinds of components share.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "core/verify/findings.h"

namespace lode::verify {

// REQUIRES: `findings` outlives *this.
class Contract {
 protected:
  explicit Contract(Findings& findings) : findings_(findings) {}

  // Makes a part of the checks, and says what is being done.
  template <std::invocable Check>
  void Do(const char* what, Check&& check) {
    const auto doing = findings_.Do(what);
    check();
  }
  template <class Part>
  void Do(const char* what, void (Part::*check)()) {
    Do(what, [&] { (static_cast<Part*>(this)->*check)(); });
  }
  bool Require(bool holds, std::string_view rule, const std::string& seen) {
    return findings_.Require(holds, rule, seen);
  }

  Findings& findings_;
};

}  // namespace lode::verify
