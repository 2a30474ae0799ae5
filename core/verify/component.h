// One component held to all rules of its kind, in this process.
#pragma once

#include <lode/plugin.h>

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "core/verify/findings.h"
#include "core/verify/grid.h"
#include "core/verify/settings.h"

namespace lode::verify {

// Spaces that oracles and optimizers are bound to: a small grid, and every space of the plugins
// that are added.
class Spaces {
 public:
  // Adds the spaces that can be made with their defaults; a plugin that cannot be loaded has none.
  void AddPlugin(const std::filesystem::path& file);

  struct Named {
    std::string name;
    lode_space space;
  };
  const std::vector<Named>& list() const { return list_; }

 private:
  Grid grid_{4, 3};
  std::deque<Subject> subjects_;
  std::vector<Named> list_ = {{"a grid of 4 x 3", grid_.space().handle()}};
};

// What is given to the component's parameters if nothing else is said: `settings` (NAME=VALUE, as
// --set takes them), else its defaults. Throws core::ConfigError for settings that are wrong, and
// core::HostError if a parameter must be set.
Setting BaseSetting(const lode_component& component, const std::filesystem::path& plugin_file,
                    const std::vector<std::string>& settings);

// Runs every check there is for the component's kind.
void CheckComponent(const lode_component& component, const Setting& base, const Spaces& spaces,
                    Findings& findings);

}  // namespace lode::verify
