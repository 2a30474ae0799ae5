#include "core/cli/standard_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/cli/command.h"

namespace lode::cli {

// Opened the wrong way round, /dev/null refuses what is read or written there.
void OpenStandardStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) < 0) {
      open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // takes the lowest number
    }
  }
}

int CloseStandardOutput(int status) {
  const bool failed_before = std::ferror(stdout) != 0;
  if (failed_before) {  // why is forgotten by now: the next write says it
    std::clearerr(stdout);
    std::fputc('\n', stdout);
  }
  errno = 0;
  if (std::fflush(stdout) == 0 && !failed_before) {
    return status;
  }
  std::fprintf(stderr, "lode: standard output: %s\n",
               errno != 0 ? std::strerror(errno) : "what was printed could not be written");
  return status == kDone ? kRunFailed : status;
}

}  // namespace lode::cli
