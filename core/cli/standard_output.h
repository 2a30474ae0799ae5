// Standard output, which a full device or a closed descriptor can lose.
#pragma once

namespace lode::cli {

// Sees to it that no file that the program opens is taken for a standard stream that was closed; what
// is printed to a closed one is an error.
void OpenStandardStreams();

// Writes out what was printed. Returns `status`, or after a message kRunFailed instead of kDone if
// something was lost.
int CloseStandardOutput(int status);

}  // namespace lode::cli
