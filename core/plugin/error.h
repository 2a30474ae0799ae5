// The host's only exception.
#pragma once

#include <stdexcept>
#include <string>

#include "core/plugin/text.h"

namespace lode::core {

// An error that the user can fix: in a plugin, a configuration, a file. `what` is one lower-case
// line, printable whatever it quotes.
class HostError : public std::runtime_error {
 public:
  explicit HostError(std::string_view what) : std::runtime_error(MessageLine(what)) {}
};

// The host cannot work with the declarations of a component.
class DeclarationError : public HostError {
 public:
  using HostError::HostError;
};

}  // namespace lode::core
