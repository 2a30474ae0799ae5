#include "core/store/digest_cache.h"

#include <sys/stat.h>
#include <time.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "core/plugin/durable_file.h"
#include "core/plugin/index.h"
#include "core/plugin/sha256.h"
#include "core/plugin/shallow_json.h"
#include "core/plugin/text.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr off_t kLarge = off_t{8} << 20;
// A file changed this recently may change again without getting another timestamp.
constexpr time_t kSettled = 2;

std::string SecondsOf(const timespec& time) {
  return std::to_string(time.tv_sec) + "." + std::to_string(time.tv_nsec);
}

// Stays the same as long as nobody writes to the file: the time of its last status change cannot be
// set back.
std::string StampOf(const struct stat& status) {
  return std::to_string(status.st_dev) + " " + std::to_string(status.st_ino) + " " +
         std::to_string(status.st_size) + " " + SecondsOf(status.st_mtim) + " " +
         SecondsOf(status.st_ctim);
}

bool HasSettled(const struct stat& status) {
  return time(nullptr) - status.st_ctim.tv_sec > kSettled;
}

bool IsLarge(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && status.st_size >= kLarge;
}

}  // namespace

DigestCache::DigestCache(fs::path file) : file_(std::move(file)) {}

std::string DigestCache::DigestOf(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || !HasSettled(status)) {
    return Sha256OfFile(file);
  }
  const bool large = status.st_size >= kLarge;
  const std::string stamp = StampOf(status);
  const std::lock_guard lock(mutex_);
  if (large && !std::exchange(read_, true)) { ReadKept(); }
  Entry& entry = entries_[file.string()];
  if (entry.stamp != stamp) {
    entry = {stamp, Sha256OfFile(file)};
    if (large) { Keep(); }
  }
  return entry.digest;
}

void DigestCache::ReadKept() {
  std::ifstream in(file_);
  const json kept = ParseShallowJson(in);
  if (!kept.is_object()) { return; }
  for (const auto& [path, entry] : kept.items()) {
    if (entry.is_object() && entry.contains("stamp") && entry.contains("sha256") &&
        entry["stamp"].is_string() && entry["sha256"].is_string()) {
      entries_.try_emplace(path, Entry{entry["stamp"], entry["sha256"]});
    }
  }
}

void DigestCache::Keep() const {
  if (file_.empty()) { return; }
  json kept = json::object();
  for (const auto& [path, entry] : entries_) {
    if (IsLarge(path)) { kept[path] = {{"stamp", entry.stamp}, {"sha256", entry.digest}}; }
  }
  WriteCache(file_, FormatJson(kept));
}

DigestCache& Digests() {
  static DigestCache cache(
      IndexCacheFile().empty() ? fs::path() : IndexCacheFile().parent_path() / "digests.json");
  return cache;
}

}  // namespace lode::core
