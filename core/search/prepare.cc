#include "core/search/prepare.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

#include "core/plugin/durable_file.h"
#include "core/plugin/error.h"
#include "core/plugin/hash.h"
#include "toolkit/posix/file_lock.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kLockFile[] = "lock";
constexpr std::chrono::milliseconds kSlice{50};  // between two attempts to lock

// Lists everything that an oracle's preparation may depend on.
std::string Describe(const lode_component& component, const std::vector<Value>& values) {
  std::string text = std::string(component.id) + " " + component.version + "\n";
  for (std::size_t i = 0; i < values.size(); ++i) {
    text.append(LODE_AT(component.params, i)->name).append(" = ");
    text.append(FormatValue(values[i])).append("\n");
  }
  return text;
}

// The system releases the lock however the process ends.
Descriptor Lock(const fs::path& directory, const RunContext& run) {
  MakeDirectories(directory);
  const fs::path path = directory / kLockFile;
  Descriptor file = OpenToWrite(path);
  while (!WithHostError([&] { return posix::TryLock(file, path, posix::Holders::kOne); })) {
    if (run.cancelled != nullptr && *run.cancelled) { throw CancelledError(); }
    if (run.progress) {
      run.progress({-1, "waiting for another run with the same preparation", true});
    }
    std::this_thread::sleep_for(kSlice);
  }
  return file;
}

}  // namespace

fs::path PreparedDirectory(const fs::path& root, const Pipeline& pipeline, std::size_t place,
                           const lode_component& oracle, const lode_component& space) {
  const std::string made_from = Describe(oracle, pipeline.oracles[place].values) +
                                Describe(space, pipeline.space.values) +
                                "threads = " + std::to_string(pipeline.execution.threads);
  char hash[20];
  std::snprintf(hash, sizeof hash, "-%016llx",
                static_cast<unsigned long long>(HashText(made_from)));
  return root / (std::string(oracle.id) + hash);
}

void PrepareIn(const fs::path& directory, OracleInstance& oracle, const RunContext& run) {
  const Descriptor lock = Lock(directory, run);
  oracle.Prepare(directory);
}

}  // namespace lode::core
