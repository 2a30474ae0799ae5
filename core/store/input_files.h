// Records the input files of a run as they are when it begins, to notice later if others have
// replaced them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// Describes a file as {"bytes", "sha256"}, or a folder as {"files", "listing"} with the SHA-256 of
// the names, sizes and times in it; null if there is neither. Ignores the contents of hidden
// folders and of __pycache__. Throws HostError if it cannot be read.
nlohmann::json FingerprintOf(const std::filesystem::path& path);

// Returns the fingerprints of a pipeline's inputs, by path as written, except of earlier runs to
// start from. `root` is the directory of the stages whose artifacts it uses. Throws HostError if an
// artifact is missing.
nlohmann::json InputsOf(const Pipeline& pipeline, const Catalog& catalog,
                        const std::filesystem::path& root = {});

// Returns those of the earlier runs whose trials or policy a seed of a search starts from, by the
// paths of their files below the directory as written.
nlohmann::json EarlierInputsOf(const Search& search, std::uint64_t seed,
                               const std::filesystem::path& root = {});

// Returns the fingerprints that a run recorded when it began; empty if it recorded none.
nlohmann::json InputsIn(const std::filesystem::path& run);

// Returns a value of a configuration, as TOML, or "a file with SHA-256 0123abcd" if it is the path
// of such an input: where a file lies does not matter, but what it contains does.
std::string ContentOr(const std::string& value, const nlohmann::json& inputs);

// Returns whether a file still has this fingerprint, which may come from an earlier program.
bool IsAsBefore(const std::filesystem::path& path, const nlohmann::json& fingerprint);

// Lists the inputs in both records that have changed: "FILE was 10 bytes (SHA-256 0123abcd), is 12
// bytes (...)"; "" if none has. Records of older programs hold another kind of hash.
std::string ChangedInputs(const nlohmann::json& then, const nlohmann::json& now,
                          const std::filesystem::path& root = {});

}  // namespace lode::core
