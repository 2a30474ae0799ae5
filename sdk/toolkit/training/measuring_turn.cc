#include "toolkit/training/measuring_turn.h"

#include <fcntl.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "toolkit/posix/file_lock.h"
#include "toolkit/posix/write_file.h"

namespace lode::training {
namespace {

constexpr std::chrono::milliseconds kPatience{10};

}  // namespace

// A directory can be locked without anything being written, and its lock ends with the process.
MeasuringTurn::MeasuringTurn(const Host& host) {
  const std::filesystem::path path = std::filesystem::temp_directory_path();
  directory_ = posix::Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_.is_open()) { posix::ThrowIoError(path, "cannot be opened", errno); }
  host.ThrowIfCancelled();
  while (!posix::TryLock(directory_, path, posix::Holders::kOne)) {
    host.Progress(-1, "waiting for another measurement");
    std::this_thread::sleep_for(kPatience);
    host.ThrowIfCancelled();
  }
}

TimingHooks InTurns(const Host& host) {
  const auto turn = std::make_shared<std::optional<MeasuringTurn>>();
  return {[turn, host] { turn->emplace(host); }, [turn] { turn->reset(); }};
}

}  // namespace lode::training
