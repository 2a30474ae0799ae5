// Resolves documents into pipelines: checks every value against its declaration and fills in every
// default.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// Returns the pipeline's own `[plugins] paths`, absolute; they are needed before a catalog can be
// made. Throws ConfigError.
std::vector<std::filesystem::path> PluginPaths(const Document& document);

// Returns one search for each point of the grid; the first path of [grid] changes slowest. Throws
// ConfigError with all mistakes.
//
// Parameters beside `use` belong to the component that this `use` names or, in a layer without its
// own `use`, to the one in use below it. Parameters of alternatives are in sub-tables with their
// names. So `--set optimizer.use=rea` is enough to change the optimizer, and parameters written for
// the old one stay with it. An override of a path in [grid] reduces that axis to its one value.
std::vector<Search> Resolve(const Document& document, const Catalog& catalog);

// The context of a part of a pipeline with stages.
struct Surroundings {
  std::vector<std::string> stages_before{}, stages{};  // names
  bool may_prepare = false;  // without the tables of a search, it is a preparation
};

// The same for a merged tree to which `overrides` have been applied.
std::vector<Search> ResolveTree(const Node& merged, const std::vector<Override>& overrides,
                                const Surroundings& surroundings, const Catalog& catalog,
                                Diagnostics& diagnostics);

// Resolves what a worker evaluates for: one search or preparation, as FormatPipeline writes it.
Pipeline ResolveOne(const Document& document, const Catalog& catalog);

// Resolves the component in the document's table of this kind, without the rest of a pipeline.
// Throws ConfigError with all mistakes in it.
ComponentConfig ResolveComponent(const Document& document, lode_kind kind, const Catalog& catalog);

// Returns the pipeline as self-contained TOML: without includes, variables and grid, with defaults
// written out.
std::string FormatPipeline(const Pipeline& pipeline, const Catalog& catalog);

// Returns the text of a search or preparation as FormatPipeline writes it now, with the keys that
// newer versions have added. Returns it unchanged if it no longer resolves. `stages` are those
// whose artifacts it may take.
std::string FormatAnew(const std::string& text, const std::vector<std::string>& stages,
                       const Catalog& catalog);

}  // namespace lode::core