// Lists what `--set` may change, for completion in shells.
#pragma once

#include <string>
#include <vector>

#include "core/config/stages.h"
#include "core/plugin/catalog.h"

namespace lode::cli {

struct Setting {
  std::string path;  // "optimizer.top_k"
  std::string doc;
  std::vector<std::string> values{};  // if it has a fixed set of values
  bool is_file = false;               // the value is a file's name
};

// Returns the parameters of a component, with `prefix` before each name.
std::vector<Setting> SettingsOf(const core::ComponentDeclaration& component,
                                const std::string& prefix);

// Returns the settings of the host's tables and of the components that the searches use, each once,
// with the prefix "stage.NAME." if the pipeline has stages.
std::vector<Setting> SettingsOf(const core::Stages& stages, const core::Catalog& catalog);

// Returns the settings that are known without a pipeline.
std::vector<Setting> SettingsOf(const core::Catalog& catalog);

}  // namespace lode::cli
