#include "core/config/diagnostic.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "core/plugin/text.h"

namespace lode::core {
namespace {

std::string Join(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& d : diagnostics) {
    text += (text.empty() ? "" : "\n") + FormatDiagnostic(d);
  }
  return text;
}

std::vector<Diagnostic> Sorted(std::vector<Diagnostic> list) {
  const auto key = [](const Diagnostic& d) {
    return std::tie(d.position.file, d.position.line, d.position.column, d.message);
  };
  std::ranges::stable_sort(list, {}, key);
  // The points of a grid repeat the same mistakes.
  const auto same = [&](const Diagnostic& a, const Diagnostic& b) { return key(a) == key(b); };
  list.erase(std::unique(list.begin(), list.end(), same), list.end());
  return list;
}

}  // namespace

std::string FormatDiagnostic(const Diagnostic& d) {
  std::string place = d.position.file;
  if (d.position.line > 0) {
    place += ":" + std::to_string(d.position.line) + ":" + std::to_string(d.position.column);
  }
  // Keys, IDs and file names may contain any character, so control characters are escaped.
  return MessageLine(EscapeControls(place + ": " + d.message));
}

ConfigError::ConfigError(const std::vector<Diagnostic>& diagnostics)
    : std::runtime_error(Join(Sorted(diagnostics))), diagnostics_(Sorted(diagnostics)) {}

void Diagnostics::Add(const Position& position, std::string message, std::string excerpt) {
  list_.push_back({position, std::move(message), std::move(excerpt)});
}

void Diagnostics::AddMissingFile(const Position& position, std::string message) {
  Add(position, std::move(message));
  list_.back().is_missing_file = true;
}

void Diagnostics::ForgiveMissingFiles(std::size_t kept) {
  list_.erase(std::remove_if(list_.begin() + static_cast<std::ptrdiff_t>(kept), list_.end(),
                             [](const Diagnostic& d) { return d.is_missing_file; }),
              list_.end());
}

void Diagnostics::ThrowIfAny() {
  if (!list_.empty()) { throw ConfigError(std::exchange(list_, {})); }
}

}  // namespace lode::core
