#include "core/cli/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "core/cli/standard_output.h"
#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "toolkit/posix/descriptor.h"

namespace lode::cli {
namespace {

namespace fs = std::filesystem;

fs::path output;  // -o; empty or "-": not redirected

[[noreturn]] void FailOnOutput(const std::string& why = std::strerror(errno)) {
  throw core::HostError(output.string() + ": cannot be written: " + why);
}

std::string ReadAll(std::FILE* file) {
  std::string text;
  std::array<char, 1 << 16> part{};
  std::rewind(file);
  while (const std::size_t count = std::fread(part.data(), 1, part.size(), file)) {
    text.append(part.data(), count);
  }
  return text;
}

}  // namespace

void AddOutput(CLI::App& command) {
  command.add_option("-o,--out", output, "File to write instead of standard output")
      ->type_name("FILE");
}

OutputFile::OutputFile() {
  if (output.empty() || output == "-") { return; }
  std::error_code error;
  if (fs::exists(output, error) && !fs::is_regular_file(output, error)) {
    const posix::Descriptor device(open(output.c_str(), O_WRONLY | O_CLOEXEC));
    if (!device.is_open()) { FailOnOutput(); }
    Redirect(device.get());
    return;
  }
  held_ = std::tmpfile();
  if (held_ == nullptr) { FailOnOutput(); }
  Redirect(fileno(held_));
}

OutputFile::~OutputFile() { Restore(); }

void OutputFile::Finish() {
  if (original_ < 0) { return; }
  if (const std::string lost = FlushStandardOutput(); !lost.empty()) { FailOnOutput(lost); }
  const std::string text = held_ != nullptr ? ReadAll(held_) : "";
  const bool is_file = held_ != nullptr;
  Restore();
  if (is_file) { core::WriteFile(output, text); }
}

void OutputFile::Redirect(int descriptor) {
  std::fflush(stdout);
  original_ = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (original_ < 0 || dup2(descriptor, STDOUT_FILENO) < 0) { FailOnOutput(); }
}

void OutputFile::Restore() {
  if (original_ >= 0) {
    std::fflush(stdout);
    std::clearerr(stdout);
    dup2(original_, STDOUT_FILENO);
    close(std::exchange(original_, -1));
  }
  if (held_ != nullptr) { std::fclose(std::exchange(held_, nullptr)); }
}

}  // namespace lode::cli
