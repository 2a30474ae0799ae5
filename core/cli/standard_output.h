// Detects lost standard output: a full device or a closed descriptor.
#pragma once

#include <string>

namespace lode::cli {

// Keeps files that the program opens from taking the descriptor of a closed standard stream.
// Printing to a closed stream is an error.
void OpenStandardStreams();

// Flushes standard output. Returns why some of it was lost, or "".
std::string FlushStandardOutput();

// Flushes standard output. Returns `status`; if output was lost, prints a message and returns
// kRunFailed instead of kDone.
int CloseStandardOutput(int status);

}  // namespace lode::cli
