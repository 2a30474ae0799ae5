#include "core/search/checkpoints.h"

#include <string>
#include <system_error>

#include "core/plugin/durable_file.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kOptimizer[] = "optimizer", kNetwork[] = "network";

}  // namespace

fs::path Checkpoints::FileOf(const char* part, std::uint64_t step) const {
  return directory_ / (part + ("-" + std::to_string(step)));
}

void Checkpoints::Write(std::uint64_t step) const {
  if (!keeps()) { return; }
  MakeDirectories(directory_);
  network_->Save(FileOf(kNetwork, step));
  optimizer_.Save(FileOf(kOptimizer, step));
}

void Checkpoints::Load(std::uint64_t step) const {
  if (!keeps()) { return; }
  network_->Load(FileOf(kNetwork, step));
  optimizer_.Load(FileOf(kOptimizer, step));
}

// A file that stays costs only space, and the next step tries again.
void Checkpoints::RemoveAllBut(std::uint64_t step) const {
  if (!keeps()) { return; }
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory_, ignored)) {
    if (entry.path() != FileOf(kOptimizer, step) && entry.path() != FileOf(kNetwork, step)) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace lode::core
