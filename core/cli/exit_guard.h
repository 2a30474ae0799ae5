// Keeps the end of the program under the control of `main`: a plugin that calls exit() or a similar
// function cannot make the program look successful.
#pragma once

namespace lode::cli {

// From here on, calling exit, quick_exit, _exit or _Exit ends the program as a failure that names
// the component. In processes forked from this one they work as usual.
void GuardExit();

// Records the status that `main` is about to return, and returns it. Plugins can no longer change
// it while the program shuts down.
int Returning(int status);

// Ends the program at once, on purpose. Async-signal-safe.
[[noreturn]] void Leave(int status) noexcept;

}  // namespace lode::cli
