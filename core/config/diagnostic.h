// Mistakes in configuration, collected so that all are reported at once.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/config/pipeline.h"

namespace lode::core {

struct Diagnostic {
  Position position;
  std::string message;
  std::string excerpt{};  // the place in its file, on lines of its own: of what is not TOML; or ""
};

// "file:line:column: message"; without the numbers where there are none (a file that cannot be
// read, `--set`).
std::string FormatDiagnostic(const Diagnostic& diagnostic);

// All mistakes of a configuration, one a line and without excerpts, in the order of the files' lines.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(const std::vector<Diagnostic>& diagnostics);

  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

// Where mistakes are collected.
class Diagnostics {
 public:
  void Add(const Position& position, std::string message, std::string excerpt = "");
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  // Throws ConfigError if there are any.
  void ThrowIfAny();

 private:
  std::vector<Diagnostic> list_;
};

}  // namespace lode::core
