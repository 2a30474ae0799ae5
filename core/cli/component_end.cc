#include "core/cli/component_end.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include "core/cli/command.h"
#include "core/cli/exit_guard.h"
#include "core/plugin/component_call.h"

namespace lode::cli {
namespace {

// Builds one line without allocating, since the heap may be corrupt. Cuts what is too long.
class Line {
 public:
  void Add(const char* text) {
    const std::size_t count = std::min(std::strlen(text), text_.size() - 1 - size_);
    std::memcpy(text_.data() + size_, text, count);
    size_ += count;
  }
  void Write() {
    text_[size_++] = '\n';
    [[maybe_unused]] const ssize_t wrote = write(STDERR_FILENO, text_.data(), size_);
  }

 private:
  std::array<char, 1000> text_;
  std::size_t size_ = 0;
};

}  // namespace

void SayOfComponent(const char* how) noexcept {
  const char* component = core::ComponentCall::Current();
  Line line;
  line.Add("lode: ");
  line.Add(component != nullptr ? component : "a thread of a plugin");
  line.Add(": ");
  line.Add(how);
  line.Write();
}

void EndAsFailure(const char* how) noexcept {
  SayOfComponent(how);
  Leave(kRunFailed);
}

}  // namespace lode::cli
