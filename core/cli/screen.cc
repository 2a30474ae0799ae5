#include "core/cli/screen.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace lode::cli {
namespace {

constexpr char kEnter[] = "\033[?1049h\033[?25l\033[2J";
constexpr char kLeave[] = "\033[?25h\033[?1049l";
constexpr char kHome[] = "\033[H", kEraseRestOfLine[] = "\033[K", kEraseBelow[] = "\033[J";

// A terminal that is gone is not an error: nobody looks.
void Write(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno != EINTR) { return; }
    text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

}  // namespace

FrameSize OutputSize() {
  winsize size{};
  const bool known =
      ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0;
  return known ? FrameSize{size.ws_col, size.ws_row} : FrameSize();
}

void Screen::Enter() { Write(kEnter); }

void Screen::Leave() { Write(kLeave); }

// The last line has no line break, which would scroll.
void Screen::Show(const std::vector<std::string>& lines) {
  std::string frame = kHome;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    frame.append(i > 0 ? "\r\n" : "").append(lines[i]).append(kEraseRestOfLine);
  }
  Write(frame.append(kEraseBelow));
}

}  // namespace lode::cli
