// -o FILE: redirects the output of commands that print.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

namespace lode::cli {

// Adds -o, --out to a command. Only the option of the command that runs takes effect.
void AddOutput(CLI::App& command);

// Redirects standard output for its lifetime if -o was given. A file is written completely or not
// at all; a device or a pipe receives output immediately; "-" is standard output itself.
class OutputFile {
 public:
  // Throws HostError.
  OutputFile();
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  // Call once everything is printed. Throws HostError if it cannot be written.
  void Finish();

 private:
  void Redirect(int descriptor);
  void Restore();

  std::FILE* held_ = nullptr;  // holds the output until it is complete
  int original_ = -1;          // the former standard output; -1: not redirected
};

}  // namespace lode::cli
