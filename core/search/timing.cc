#include "core/search/timing.h"

#include <unistd.h>

#include <array>

#include "core/plugin/text.h"

namespace lode::core {
namespace {

std::string HostName() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return PrintableLine(name.data());
}

}  // namespace

Timing Stopwatch::Stop(std::uint32_t worker) const {
  static const std::string host = HostName();
  const auto start =
      std::chrono::duration_cast<std::chrono::nanoseconds>(start_.time_since_epoch());
  return {start.count(), seconds(), worker, host};
}

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
}

}  // namespace lode::core
