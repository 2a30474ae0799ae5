// Checks one component against all rules of its kind, in this process.
#pragma once

#include <lode/plugin.h>

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

#include "core/verify/findings.h"
#include "core/verify/settings.h"
#include "core/verify/test_host.h"

namespace lode::verify {

// Spaces to bind oracles and optimizers to: a small grid, and every space of the added plugins.
class Spaces {
 public:
  // Adds the spaces that can be created with their defaults. A plugin that cannot be loaded adds
  // none.
  void AddPlugin(const std::filesystem::path& file);

  struct Named {
    std::string name;
    lode_space space;
  };
  const std::vector<Named>& list() const { return list_; }

 private:
  test::Grid grid_{4, 3};
  std::deque<Subject> subjects_;
  std::vector<Named> list_ = {{"a grid of 4 x 3", grid_.space().handle()}};
};

// Returns the values for the component's parameters: `settings` (NAME=VALUE, as for --set), and its
// defaults for the rest. Throws core::ConfigError for wrong settings, and core::HostError if a
// parameter must be set.
Setting BaseSetting(const lode_component& component, const std::filesystem::path& plugin_file,
                    const std::vector<std::string>& settings);

// Runs every check for the component's kind.
void CheckComponent(const lode_component& component, const Setting& base, const Spaces& spaces,
                    Findings& findings);

}  // namespace lode::verify
