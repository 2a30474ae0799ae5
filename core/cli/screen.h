// The whole screen of the terminal of standard output, for what is redrawn again and again.
#pragma once

#include <string>
#include <vector>

#include "core/cli/watch_view.h"

namespace lode::cli {

// Returns the current size of the window; 80 x 24 if it is not known.
FrameSize OutputSize();

// As long as it exists, the terminal shows frames; then it shows what was there before. Uses the
// terminal's second screen, and hides the cursor.
class Screen {
 public:
  Screen() { Enter(); }
  ~Screen() { Leave(); }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // Draws over the frame before, in one write, so that nothing flickers.
  void Show(const std::vector<std::string>& lines);
  // For a program that is stopped and continued meanwhile.
  void Leave();
  void Enter();
};

}  // namespace lode::cli
