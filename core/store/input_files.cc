#include "core/store/input_files.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <system_error>
#include <vector>

#include "core/config/artifacts.h"
#include "core/config/values.h"
#include "core/plugin/error.h"
#include "core/plugin/hash.h"
#include "core/plugin/sha256.h"
#include "core/store/digest_cache.h"
#include "core/store/earlier_run.h"
#include "core/store/run_directory.h"
#include "core/store/run_store.h"
#include "core/store/sealed_json.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Suggests similar files in the stage.
std::string Neighbors(const fs::path& file, const fs::path& stage) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(stage, error)) {
    if (entry.is_regular_file()) { names.push_back(entry.path().filename().string()); }
  }
  return Suggest(file.string(), names);
}

// Resolves a path of a file or an artifact.
fs::path Locate(const std::string& path, const fs::path& root) {
  if (!IsArtifact(path)) { return path; }
  const Artifact artifact = ParseArtifact(path);
  return root / artifact.stage / artifact.file;
}

void RequireArtifact(const std::string& path, const fs::path& root) {
  if (IsArtifact(path) && !fs::is_regular_file(Locate(path, root))) {
    const Artifact artifact = ParseArtifact(path);
    throw HostError(path + ": stage '" + artifact.stage + "' has not written such a file" +
                    Neighbors(artifact.file, root / artifact.stage));
  }
}

// Programs keep files there that they can make again.
bool IsCache(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.starts_with(".") || name == "__pycache__";
}

json FingerprintOfFolder(const fs::path& folder) {
  std::vector<std::string> lines;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, fs::directory_options::follow_directory_symlink,
                                      error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (at->is_directory(gone)) {
      if (IsCache(at->path())) { at.disable_recursion_pending(); }
    } else if (at->is_regular_file(gone)) {
      lines.push_back(at->path().lexically_relative(folder).string() + '\0' +
                      std::to_string(at->file_size(gone)) + '\0' +
                      std::to_string(at->last_write_time(gone).time_since_epoch().count()) + '\n');
    }
  }
  if (error) { throw HostError(folder.string() + ": cannot be read: " + error.message()); }
  std::ranges::sort(lines);
  std::string listing;
  for (const std::string& line : lines) { listing += line; }
  return {{"files", lines.size()}, {"listing", Sha256(listing)}};
}

// The fingerprint as earlier programs wrote it to stage.json.
json OldFingerprintOf(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::uint64_t size = 0, hash = HashText("");
  std::array<char, 65536> buffer;
  while (in.read(buffer.data(), buffer.size()), in.gcount() > 0) {
    const auto got = static_cast<std::size_t>(in.gcount());
    hash = HashText({buffer.data(), got}, hash);
    size += got;
  }
  char hex[20];
  std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
  return {{"bytes", size}, {"hash", hex}};
}

std::string Describe(const json& print) {
  if (!print.is_object()) { return "nothing"; }
  const auto begin_of = [&](const char* key) {
    return print.contains(key) && print[key].is_string()
               ? print[key].get<std::string>().substr(0, 12)
               : "?";
  };
  return print.contains("files")
             ? "a folder of " + print["files"].dump() + " files (" + begin_of("listing") + ")"
             : print.value("bytes", json()).dump() + " bytes (" +
                   (print.contains("sha256") ? "SHA-256 " + begin_of("sha256") : begin_of("hash")) +
                   ")";
}

// A run keeps its known trials, so it no longer needs the table that they came from.
bool IsGoneTable(const std::string& path, const Pipeline& pipeline, const fs::path& root) {
  return path == pipeline.start.trials && !IsArtifact(path) && !fs::exists(Locate(path, root));
}

// A policy is a file, or that of an earlier run in a folder.
bool IsOfEarlierRuns(const std::string& path, const Pipeline& pipeline, const fs::path& root) {
  return path == pipeline.start.warm_start ||
         (path == pipeline.optimizer.policy && fs::is_directory(Locate(path, root)));
}

// Adds a file of the run in a directory that a seed starts from, unless there is none.
void AddEarlier(const fs::path& written, const std::string& name, const Search& search,
                std::uint64_t seed, const fs::path& root, json& inputs) {
  const fs::path directory = Locate(written.string(), root);
  if (written.empty() || !fs::is_directory(directory)) { return; }
  const EarlierRun run = FindEarlierRun(directory, search, seed, name);
  if (!run.fault.empty()) { return; }
  const fs::path file = run.directory / name;
  inputs[(written / file.lexically_relative(directory)).string()] = FingerprintOf(file);
}

}  // namespace

json FingerprintOf(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) { return FingerprintOfFolder(path); }
  if (!fs::is_regular_file(path, error)) { return nullptr; }
  return {{"bytes", fs::file_size(path)}, {"sha256", Digests().DigestOf(path)}};
}

json InputsOf(const Pipeline& pipeline, const Catalog& catalog, const fs::path& root) {
  json inputs = json::object();
  for (const std::string& path : InputFilesOf(pipeline, catalog)) {
    if (IsOfEarlierRuns(path, pipeline, root) || IsGoneTable(path, pipeline, root)) { continue; }
    RequireArtifact(path, root);
    inputs[path] = FingerprintOf(Locate(path, root));
  }
  return inputs;
}

json EarlierInputsOf(const Search& search, std::uint64_t seed, const fs::path& root) {
  json inputs = json::object();
  AddEarlier(search.pipeline.start.warm_start, kStoreFile, search, seed, root, inputs);
  AddEarlier(search.pipeline.optimizer.policy, kPolicyFile, search, seed, root, inputs);
  return inputs;
}

json InputsIn(const fs::path& run) {
  const fs::path file = run / kInputsFile;
  return fs::exists(file) ? UnsealJson(ReadFile(file), file.string()).object : json::object();
}

std::string ContentOr(const std::string& value, const json& inputs) {
  for (const auto& [path, fingerprint] : inputs.items()) {
    if (value == "\"" + path + "\"" && fingerprint.contains("sha256")) {
      return "a file with SHA-256 " + fingerprint.at("sha256").get<std::string>().substr(0, 12);
    }
  }
  return value;
}

bool IsAsBefore(const fs::path& path, const json& fingerprint) {
  const bool is_old = fingerprint.is_object() && fingerprint.contains("hash");
  return fingerprint == (is_old ? OldFingerprintOf(path) : FingerprintOf(path));
}

std::string ChangedInputs(const json& then, const json& now, const fs::path& root) {
  std::string changes;
  for (const auto& [path, print] : now.items()) {
    if (!then.is_object() || !then.contains(path)) { continue; }
    const json& before = then[path];
    const bool is_old = before.is_object() && before.contains("hash");
    const json after = is_old ? OldFingerprintOf(Locate(path, root)) : print;
    if (before != after) {
      changes += (changes.empty() ? "" : "; ") + path + " was " + Describe(before) + ", is " +
                 Describe(after);
    }
  }
  return changes;
}

}  // namespace lode::core
