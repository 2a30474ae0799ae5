#include "core/cli/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/cli/command.h"

namespace lode::cli {

// Opens /dev/null in the wrong direction, so that reads and writes fail.
void OpenStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0) {
      open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // takes the lowest number
    }
  }
}

std::string FlushStandardOutput() {
  const bool failed_before = std::ferror(stdout) != 0;
  if (failed_before) {  // errno is lost by now: the next write sets it again
    std::clearerr(stdout);
    std::fputc('\n', stdout);
  }
  errno = 0;
  if (std::fflush(stdout) == 0 && !failed_before) { return ""; }
  return errno != 0 ? std::strerror(errno) : "output could not be written";
}

int CloseStandardOutput(int status) {
  const std::string lost = FlushStandardOutput();
  if (lost.empty()) { return status; }
  std::fprintf(stderr, "lode: standard output: %s\n", lost.c_str());
  return status == kDone ? kRunFailed : status;
}

}  // namespace lode::cli
