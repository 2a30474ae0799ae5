// Messages and exit status for components that end the program instead of returning.
#pragma once

namespace lode::cli {

// Writes one line that names the current component to standard error: "lode: optimizer 'rea': HOW".
// Async-signal-safe.
void SayOfComponent(const char* how) noexcept;

// Writes such a line ("ended the program by exit(0)") and ends the program with the status of a
// failed run. Async-signal-safe.
[[noreturn]] void EndAsFailure(const char* how) noexcept;

}  // namespace lode::cli
