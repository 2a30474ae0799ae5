// Mistakes in configuration, collected to report all of them at once.
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
  std::string excerpt{};  // lines that show the place, for invalid TOML; or ""
  bool is_missing_file = false;
};

// Formats "file:line:column: message"; without the numbers where there are none (a file that cannot
// be read, `--set`).
std::string FormatDiagnostic(const Diagnostic& diagnostic);

// All mistakes of a configuration, one per line, without excerpts, in the order of the files'
// lines.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(const std::vector<Diagnostic>& diagnostics);

  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

// Collects mistakes.
class Diagnostics {
 public:
  void Add(const Position& position, std::string message, std::string excerpt = "");
  // Adds that there is no input file, which is not a mistake in an optional stage.
  void AddMissingFile(const Position& position, std::string message);
  // Removes missing files, except those among the first `kept` mistakes.
  void ForgiveMissingFiles(std::size_t kept);
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  // Throws ConfigError if there are any.
  void ThrowIfAny();

 private:
  std::vector<Diagnostic> list_;
};

}  // namespace lode::core
