#include "core/live/live_state.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <exception>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "core/plugin/durable_file.h"
#include "core/plugin/shallow_json.h"
#include "core/plugin/text.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kLongestSilence = 10;  // seconds

json NumberOrNull(const std::optional<double>& number) {
  return number ? json(*number) : json(nullptr);
}

json ToJson(const LiveState& state) {
  const ProgressState& progress = state.progress;
  return {{"process", state.process},
          {"time", state.time},
          {"title", progress.title},
          {"done", progress.done},
          {"fraction", NumberOrNull(progress.fraction)},
          {"is_preparing", progress.is_preparing},
          {"elapsed_seconds", progress.elapsed_seconds},
          {"left_seconds", NumberOrNull(progress.left_seconds)},
          {"failures", progress.failures},
          {"busy", progress.busy},
          {"workers", progress.workers},
          {"best", progress.best},
          {"call", progress.call}};
}

std::optional<double> OptionalNumber(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

std::string Text(const json& value) { return PrintableLine(value.get<std::string>()); }

// Throws json::exception.
LiveState FromJson(const json& object) {
  LiveState state{object.at("process").get<pid_t>(), object.at("time").get<double>()};
  ProgressState& progress = state.progress;
  progress.title = Text(object.at("title"));
  progress.done = Text(object.at("done"));
  progress.fraction = OptionalNumber(object.at("fraction"));
  progress.is_preparing = object.at("is_preparing").get<bool>();
  progress.elapsed_seconds = object.at("elapsed_seconds").get<double>();
  progress.left_seconds = OptionalNumber(object.at("left_seconds"));
  progress.failures = object.at("failures").get<std::uint64_t>();
  progress.busy = object.at("busy").get<std::size_t>();
  progress.workers = object.at("workers").get<std::size_t>();
  progress.best = Text(object.at("best"));
  progress.call = Text(object.at("call"));
  return state;
}

// Readers see the old file or the new one.
void Replace(const fs::path& directory, const std::string& text) {
  const fs::path partial = directory / kPartialLiveFile;
  const Descriptor file = OpenToWrite(partial);
  std::error_code error;
  if (ftruncate(file.get(), 0) == 0 &&
      write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) {
    fs::rename(partial, directory / kLiveFile, error);
  }
}

}  // namespace

bool LiveState::IsCurrent(double now) const {
  const bool is_there = process > 0 && (kill(process, 0) == 0 || errno == EPERM);
  return is_there && now - time < kLongestSilence;
}

double UnixTime() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

void WriteLiveState(const fs::path& directory, const LiveState& state) {
  try {
    Replace(directory, FormatJson(ToJson(state)) + "\n");
  } catch (const std::exception&) {}  // not shown
}

void RemoveLiveState(const fs::path& directory) {
  std::error_code not_there;
  fs::remove(directory / kLiveFile, not_there);
  fs::remove(directory / kPartialLiveFile, not_there);
}

std::optional<LiveState> ReadLiveState(const fs::path& directory) {
  try {
    return FromJson(ParseShallowJson(ReadFile(directory / kLiveFile)));
  } catch (const std::exception&) { return std::nullopt; }
}

}  // namespace lode::core
