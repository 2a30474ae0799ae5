// -o FILE of the commands that print: what they print goes there.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

namespace lode::cli {

// Adds -o, --out to a command. Only the command that is run has a say.
void AddOutput(CLI::App& command);

// Standard output as long as it lives, if -o was given. A file is there as a whole or not at all; a
// device or a pipe gets what is printed at once, and "-" is standard output itself.
class OutputFile {
 public:
  // Throws HostError.
  OutputFile();
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // All is printed. Throws HostError if it cannot be written.
  void Finish();

 private:
  void Redirect(int descriptor);
  void Restore();

  std::FILE* held_ = nullptr;  // what is printed, until it is complete
  int original_ = -1;          // standard output before; -1 if it was not redirected
};

}  // namespace lode::cli
