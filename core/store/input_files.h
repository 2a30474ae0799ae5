// The files that a run takes, as they are when it begins: so that it is noticed if others are in
// their places later.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// What is in a file or folder: {"bytes", "sha256"}, or of a folder {"files", "listing"} with the
// SHA-256 of the names, sizes and times in it; null if there is neither. What hidden folders and
// __pycache__ hold is left out. Throws HostError if it cannot be read.
nlohmann::json FingerprintOf(const std::filesystem::path& path);

// The fingerprints of a pipeline's inputs by path as it is written. `root`: the directory of the
// stages whose artifacts it takes. Throws HostError if an artifact is missing.
nlohmann::json InputsOf(const Pipeline& pipeline, const Catalog& catalog,
                        const std::filesystem::path& root = {});

// Whether a file's fingerprint is still this one, which may be of an earlier program.
bool IsAsBefore(const std::filesystem::path& path, const nlohmann::json& fingerprint);

// "was FILE of 10 bytes (SHA-256 0123abcd), is of ..." of each input that both know and that has
// changed; "" if none has. Records of older programs hold another hash.
std::string ChangedInputs(const nlohmann::json& then, const nlohmann::json& now,
                          const std::filesystem::path& root = {});

}  // namespace lode::core
