// Files that a stage of a pipeline takes from an earlier stage: "stage:NAME/FILE" in place of a
// path. [start] warm_start and an optimizer's policy take all runs of a stage, "stage:NAME", and
// [reward] accuracy_env its supernet.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/node.h"
#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

struct Artifact {
  std::string stage;
  std::filesystem::path file;  // in the stage's directory; empty for the directory itself
};

// Returns whether a path names an artifact.
bool IsArtifact(std::string_view path);

// Splits "stage:supernet/supernet.safetensors" into its parts. REQUIRES: IsArtifact.
Artifact ParseArtifact(std::string_view path);

// The name by which oracles with shared weights write their supernet.
inline constexpr char kSupernetFile[] = "supernet.safetensors";

// Returns the file that [reward] accuracy_env names: "stage:NAME" is the supernet of that stage.
std::filesystem::path FileOfAccuracyEnv(const std::filesystem::path& path);

// Diagnoses artifacts in the component tables, in [reward] and in [start] of a merged tree that do
// not come from one of the stages `before`. `all` has the names of all stages.
void CheckArtifacts(const Node& tree, const Catalog& catalog,
                    const std::vector<std::string>& before, const std::vector<std::string>& all,
                    Diagnostics& diagnostics);

// Returns the artifacts and other inputs (files and folders) of the components in use, of [reward]
// and of [start], as written, each once. An earlier run to start from is one if it is a stage.
std::vector<std::string> InputFilesOf(const Pipeline& pipeline, const Catalog& catalog);

// Returns the first of the other inputs that does not exist; "" if all do.
std::string MissingInputOf(const Pipeline& pipeline, const Catalog& catalog);

// Returns those of them that are artifacts.
std::vector<std::string> ArtifactsOf(const Pipeline& pipeline, const Catalog& catalog);

// Replaces artifacts by their paths in the directories of the stages in `root`.
void PlaceArtifacts(Pipeline& pipeline, const Catalog& catalog, const std::filesystem::path& root);

}  // namespace lode::core
