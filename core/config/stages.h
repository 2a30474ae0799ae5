// Pipelines of several stages, [[stage]].
#pragma once

#include <string>
#include <vector>

#include "core/config/diagnostic.h"
#include "core/config/document.h"
#include "core/config/pipeline.h"
#include "core/plugin/catalog.h"

namespace lode::core {

// A part of a pipeline that leaves something for those after it.
struct Stage {
  std::string name;              // "" if the pipeline has no stages
  std::vector<Search> searches;  // one for each point of its grid; one for a preparation

  bool is_preparation() const { return searches.front().pipeline.is_preparation(); }
};

struct Stages {
  std::vector<Stage> list;  // in the order of the file; one, without a name, if it has no stages
  std::string name;         // of the pipeline
  std::string text;         // it as TOML that stands by itself; "" if it has no stages

  bool are_stated() const { return !list.front().name.empty(); }
};

// Lays a layer's [[stage]] over those below: a stage of a name that is there is laid over it, key by
// key as MergeLayers does; others come behind them.
void MergeStages(Node& merged, const Entry& entry, Diagnostics& diagnostics);

// As Resolve, for each stage.
//
// A stage has the tables of a whole pipeline, and inherits [space], [oracle], [reward],
// [exploration], [optimizer], [budget] and [execution] of the file if it has none of its own;
// [pipeline] is laid over that of the file. A stage without an optimizer is a preparation: its
// oracle prepares, and that is all. Overrides: `stage.NAME.PATH`; a table that the file does not
// have, but one stage has, is that stage's. Throws ConfigError with all mistakes.
Stages ResolveStages(const Document& document, const Catalog& catalog);

}  // namespace lode::core
