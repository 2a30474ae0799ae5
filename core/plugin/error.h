// The host's one exception.
#pragma once

#include <stdexcept>
#include <string>

namespace lode::core {

// Something the user can mend: a plugin, a configuration, a file. `what` is one lower-case line.
class HostError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a component declares is nothing that the host can work with.
class DeclarationError : public HostError {
 public:
  using HostError::HostError;
};

}  // namespace lode::core
