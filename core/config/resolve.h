// From documents to pipelines: every value checked against what is declared, every default filled
// in.
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

// The pipeline's own `[plugins] paths`, absolute: needed before a catalog can be made. Throws
// ConfigError.
std::vector<std::filesystem::path> PluginPaths(const Document& document);

// One search for each point of the grid, the first path of [grid] changing slowest. Throws
// ConfigError with all mistakes.
//
// Parameters beside `use` belong to the component that this `use` names, or in a layer without a
// `use` of its own to the one in use below it; those of alternatives stand in sub-tables of their
// names. So `--set optimizer.use=rea` is enough to change the optimizer, and what was written for
// the other one stays with the other one. An override of a path that [grid] has leaves that axis
// its one value.
std::vector<Search> Resolve(const Document& document, const Catalog& catalog);

// What it may be that is resolved: a part of a pipeline with stages.
struct Surroundings {
  std::vector<std::string> stages_before{}, stages{};  // names
  bool may_prepare = false;  // without what a search has it is a preparation
};

// The same for a merged tree to which `overrides` have been applied.
std::vector<Search> ResolveTree(const Node& merged, const std::vector<Override>& overrides,
                                const Surroundings& surroundings, const Catalog& catalog,
                                Diagnostics& diagnostics);

// What a worker evaluates for: one search or preparation, as FormatPipeline writes it.
Pipeline ResolveOne(const Document& document, const Catalog& catalog);

// The component that the document's table of this kind names, without the rest of a pipeline. Throws
// ConfigError with all mistakes in it.
ComponentConfig ResolveComponent(const Document& document, lode_kind kind, const Catalog& catalog);

// The pipeline as TOML that stands by itself: no includes, no variables, no grid, defaults written
// out.
std::string FormatPipeline(const Pipeline& pipeline, const Catalog& catalog);

// The text of a search or preparation as FormatPipeline writes it now: with the keys that have come
// since. As it is if it does not resolve any more. `stages`: which it may take artifacts of.
std::string FormatAnew(const std::string& text, const std::vector<std::string>& stages,
                       const Catalog& catalog);

}  // namespace lode::core