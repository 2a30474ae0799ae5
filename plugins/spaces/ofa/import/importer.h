// The programs that `lode import` runs for this plugin.
#pragma once

#include "toolkit/files/safetensors.h"
#include "toolkit/pytorch/pytorch_file.h"

namespace ofa {

using Convert = lode::files::Safetensors (*)(const lode::pytorch::PyTorchFile& file);

// Runs a program with the arguments SOURCE -o OUTPUT. Returns its exit status: 0, or 2 after a line
// on standard error. OUTPUT is written completely or not at all.
int RunImporter(int argc, char** argv, Convert convert);

}  // namespace ofa
