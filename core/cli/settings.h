// What `--set` may change, for the shells.
#pragma once

#include <string>
#include <vector>

#include "core/config/stages.h"
#include "core/plugin/catalog.h"

namespace lode::cli {

struct Setting {
  std::string path;  // "optimizer.top_k"
  std::string doc;
  std::vector<std::string> values{};  // if it is one of a few
  bool is_file = false;               // a file's name
};

// The parameters of a component, each `prefix` and its name.
std::vector<Setting> SettingsOf(const core::ComponentDeclaration& component,
                                const std::string& prefix);

// Those of the host's tables, and of the components that the searches use: each once; behind
// "stage.NAME." if the pipeline has stages.
std::vector<Setting> SettingsOf(const core::Stages& stages, const core::Catalog& catalog);

// What there is to say without a pipeline.
std::vector<Setting> SettingsOf(const core::Catalog& catalog);

}  // namespace lode::cli
