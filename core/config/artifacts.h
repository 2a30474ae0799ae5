// What a stage of a pipeline takes from an earlier one: "stage:NAME/FILE" in the place of a path.
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
  std::filesystem::path file;  // in the stage's directory
};

// Whether a path is to be read as an artifact.
bool IsArtifact(std::string_view path);

// "stage:supernet/supernet.safetensors", taken apart. REQUIRES: IsArtifact.
Artifact ParseArtifact(std::string_view path);

// Diagnoses artifacts in the component tables of a merged tree that are not of one of the stages
// `before`. `all`: the names of all stages.
void CheckArtifacts(const Node& tree, const Catalog& catalog,
                    const std::vector<std::string>& before, const std::vector<std::string>& all,
                    Diagnostics& diagnostics);

// The artifacts and other inputs, files and folders, that the components in use take; as they are
// written, each once.
std::vector<std::string> InputFilesOf(const Pipeline& pipeline, const Catalog& catalog);

// Those of them that are artifacts.
std::vector<std::string> ArtifactsOf(const Pipeline& pipeline, const Catalog& catalog);

// Puts the paths of the artifacts, in the directories of the stages in `root`, in their places.
void PlaceArtifacts(Pipeline& pipeline, const Catalog& catalog, const std::filesystem::path& root);

}  // namespace lode::core
