#include "core/run/accuracy_env.h"

#include <charconv>
#include <cmath>
#include <string>

#include "core/config/artifacts.h"
#include "core/plugin/error.h"
#include "core/plugin/text.h"
#include "toolkit/files/safetensors.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kKey[] = "accuracy_env";

files::Metadata MetadataOf(const fs::path& file) {
  try {
    return files::ReadSafetensorsMetadata(file.string());
  } catch (const lode::Error& error) { throw HostError(error.what()); }
}

// `metadata`: that of the file.
double AccuracyEnvOf(const fs::path& file, const files::Metadata& metadata) {
  const auto found = metadata.find(kKey);
  if (found == metadata.end()) {
    throw HostError(file.string() + ": its metadata has no " + kKey +
                    ", the accuracy that [reward] refers to");
  }
  const std::string& text = found->second;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  if (!is_number || !std::isfinite(value) || value <= 0) {
    throw HostError(file.string() + ": its " + kKey + " is '" + PrintableLine(text) +
                    "', expected a number above 0");
  }
  return value;
}

}  // namespace

void TakeAccuracyEnv(RewardConfig& reward) {
  if (reward.accuracy_env.empty() || !fs::exists(reward.accuracy_env)) { return; }
  reward.reference = AccuracyEnvOf(reward.accuracy_env, MetadataOf(reward.accuracy_env));
  reward.accuracy_env.clear();
}

std::optional<double> AccuracyEnvOfStage(const fs::path& directory) {
  const fs::path file = directory / kSupernetFile;
  if (!fs::exists(file)) { return std::nullopt; }
  const files::Metadata metadata = MetadataOf(file);
  return metadata.contains(kKey) ? std::optional(AccuracyEnvOf(file, metadata)) : std::nullopt;
}

}  // namespace lode::core
