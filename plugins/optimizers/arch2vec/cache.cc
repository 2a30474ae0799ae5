#include "plugins/optimizers/arch2vec/cache.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "toolkit/files/read_file.h"
#include "toolkit/posix/file_lock.h"
#include "toolkit/posix/open_to_write.h"
#include "toolkit/posix/write_file.h"

namespace arch2vec {
namespace {

namespace fs = std::filesystem;

using State = std::span<const std::span<float>>;

std::uint64_t Mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::uint64_t ChecksumOf(State state) {
  Fingerprint fingerprint;
  for (const std::span<float> part : state) {
    fingerprint.Add(part.size());
    for (const float value : part) { fingerprint.Add(std::bit_cast<std::uint32_t>(value)); }
  }
  return fingerprint.first();
}

std::string BytesOf(State state) {
  std::string bytes;
  for (const std::span<float> part : state) {
    bytes.append(reinterpret_cast<const char*>(part.data()), part.size_bytes());
  }
  const std::uint64_t checksum = ChecksumOf(state);
  return bytes.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
}

std::size_t SizeOf(State state) {
  std::size_t size = sizeof(std::uint64_t);
  for (const std::span<float> part : state) { size += part.size_bytes(); }
  return size;
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

void Fingerprint::Add(std::uint64_t word) {
  a_ = Mix(a_ ^ word) + 0x9e3779b97f4a7c15u;
  b_ = Mix(b_ + word * 0xd6e8feb86659fd93u) ^ a_;
}

std::string Fingerprint::Text() const {
  std::string text;
  for (const std::uint64_t half : {a_, b_}) {
    for (int shift = 60; shift >= 0; shift -= 4) { text += "0123456789abcdef"[half >> shift & 15]; }
  }
  return text;
}

fs::path CacheDirectory() {
  if (const std::string cache = Environment("XDG_CACHE_HOME"); !cache.empty()) {
    return fs::path(cache) / "lode/arch2vec";
  }
  const std::string home = Environment("HOME");
  return home.empty() ? fs::path() : fs::path(home) / ".cache/lode/arch2vec";
}

void Cache::Recall(const std::string& key, const std::function<void()>& compute,
                   State state) const {
  if (directory_.empty()) { return compute(); }
  const fs::path file = directory_ / key;
  if (!Read(file, state)) { ComputeLocked(file, compute, state); }
}

// Whatever is wrong with the file, it will be replaced. Values are changed only on success.
bool Cache::Read(const fs::path& file, State state) const {
  try {
    const std::size_t size = SizeOf(state);
    const std::string bytes = lode::files::ReadFile(file.string(), size);
    if (bytes.size() != size) { return false; }
    std::vector<std::vector<float>> parts;
    std::vector<std::span<float>> read;
    const char* at = bytes.data();
    for (const std::span<float> part : state) {
      std::vector<float>& copy = parts.emplace_back(part.size());
      std::memcpy(copy.data(), at, part.size_bytes());
      at += part.size_bytes();
    }
    read.assign(parts.begin(), parts.end());
    std::uint64_t checksum = 0;
    std::memcpy(&checksum, at, sizeof checksum);
    if (checksum != ChecksumOf(read)) { return false; }
    for (std::size_t p = 0; p < parts.size(); ++p) {
      std::ranges::copy(parts[p], state[p].begin());
    }
    return true;
  } catch (const lode::IoError&) { return false; }
}

void Cache::ComputeLocked(const fs::path& file, const std::function<void()>& compute,
                          State state) const {
  const std::optional<lode::posix::FileLock> lock = Await(file);
  if (lock && Read(file, state)) { return; }  // somebody else has computed it
  compute();
  if (lock) { Write(file, state); }
}

// Returns nothing if the directory cannot be used.
std::optional<lode::posix::FileLock> Cache::Await(const fs::path& file) const {
  try {
    lode::posix::MakeDirectories(directory_);
    for (;;) {
      std::optional<lode::posix::FileLock> lock =
          lode::posix::FileLock::Try(file.string() + ".lock");
      if (lock) { return lock; }
      host_.ThrowIfCancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  } catch (const lode::IoError& error) {
    host_.Log(LODE_WARNING, std::string("the embedding is not kept: ") + error.what());
    return std::nullopt;
  }
}

void Cache::Write(const fs::path& file, State state) const {
  try {
    lode::posix::WriteFile(file, BytesOf(state));
  } catch (const lode::IoError& error) {
    host_.Log(LODE_WARNING, std::string("the embedding is not kept: ") + error.what());
  }
}

}  // namespace arch2vec
