// What the program says and does when a component ends it, instead of returning.
#pragma once

namespace lode::cli {

// Writes one line that names the current component to standard error: "lode: optimizer 'rea': HOW".
// Async-signal-safe.
void SayOfComponent(const char* how) noexcept;

// Ends the program with the status of a run that failed, and such a line: "ended the program by
// exit(0)". Async-signal-safe.
[[noreturn]] void EndAsFailure(const char* how) noexcept;

}  // namespace lode::cli
