#include "core/cli/passing_line.h"

#include <cstdio>
#include <string>

#include "core/cli/terminal.h"

namespace lode::cli {
namespace {

constexpr char kEraseLine[] = "\r\x1b[K";

}  // namespace

PassingLine::PassingLine() : is_terminal_(ErrorIsScreen()) {}

PassingLine::~PassingLine() {
  if (is_shown_) { std::fputs(kEraseLine, stderr); }
}

void PassingLine::Show(std::string_view text) {
  if (!is_terminal_ || std::chrono::steady_clock::now() - start_ < std::chrono::seconds(1)) {
    return;
  }
  std::fputs((kEraseLine + std::string(text)).c_str(), stderr);
  is_shown_ = true;
}

}  // namespace lode::cli
