// Pipelines with several stages, [[stage]].
#pragma once

#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// A part of a pipeline that writes files for later stages.
struct Stage {
  std::string name;              // "" if the pipeline has no stages
  std::vector<Search> searches;  // one for each point of its grid; one for a preparation

  bool is_preparation() const { return searches.front().pipeline.is_preparation(); }
  bool is_search() const { return searches.front().pipeline.is_search(); }
  bool shows_stored() const { return searches.front().pipeline.shows_stored(); }
};

struct Stages {
  std::vector<Stage> list;  // in the order of the file; one without a name if it has none
  std::string name;         // of the pipeline
  std::string text;         // the pipeline as self-contained TOML; "" if it has no stages

  bool are_stated() const { return !list.front().name.empty(); }
};

// Merges a layer's [[stage]] into those below: a stage whose name exists is merged into it, key by
// key as in MergeLayers; others are appended.
void MergeStages(Node& merged, const Entry& entry, Diagnostics& diagnostics);

// Does the same as Resolve, for each stage.
//
// A stage has the tables of a whole pipeline. It inherits [space], [oracle], [reward],
// [exploration], [optimizer], [budget] and [execution] of the file if it has none of its own; its
// [pipeline] is merged into that of the file. A stage without an optimizer is a preparation: its
// oracle prepares, and nothing else happens. One with `stored` only shows results. Overrides have
// the form `stage.NAME.PATH`; a table that the file lacks and exactly one stage has is taken to
// mean that stage's. Throws ConfigError with all mistakes.
Stages ResolveStages(const Document& document, const Catalog& catalog);

}  // namespace lode::core
