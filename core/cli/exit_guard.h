// The program ends when `main` says so: a plugin that calls exit() or one of its kind does not end it
// as if all were well.
#pragma once

namespace lode::cli {

// From here on a call of exit, quick_exit, _exit or _Exit ends the program as a failure that names
// the component; in a process that was forked from this one they do what they do.
void GuardExit();

// The status that `main` is about to return: what a plugin does in the program's last moments does
// not change it.
int Returning(int status);

// Ends the program at once, on purpose. Async-signal-safe.
[[noreturn]] void Leave(int status) noexcept;

}  // namespace lode::cli
