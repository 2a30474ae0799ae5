#include "core/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "core/report/columns.h"

namespace lode::cli {
namespace {

bool IsScreen(int stream) {
  const char* term = std::getenv("TERM");
  return isatty(stream) != 0 && term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

std::size_t OutputWidth() {
  winsize size{};
  const bool known = isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return known && size.ws_col > 0 ? size.ws_col : core::kUnlimited;
}

bool OutputIsScreen() { return IsScreen(STDOUT_FILENO); }

bool ErrorIsScreen() { return IsScreen(STDERR_FILENO); }

bool OutputHasColors() {
  const char* no_color = std::getenv("NO_COLOR");
  return OutputIsScreen() && (no_color == nullptr || *no_color == '\0');
}

void PrintWrapped(std::string_view text) {
  std::printf("%s", core::Wrap(text, OutputWidth()).c_str());
}

}  // namespace lode::cli
