// The host's one exception.
#pragma once

#include <stdexcept>
#include <string>

#include "core/plugin/text.h"

namespace lode::core {

// Something the user can mend: a plugin, a configuration, a file. `what` is one lower-case line,
// printable whatever it quotes.
class HostError : public std::runtime_error {
 public:
  explicit HostError(std::string_view what) : std::runtime_error(MessageLine(what)) {}
};

// What a component declares is nothing that the host can work with.
class DeclarationError : public HostError {
 public:
  using HostError::HostError;
};

}  // namespace lode::core
