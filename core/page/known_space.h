// The space of a stored run, as far as its plugin may be loaded.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/document.h"
#include "core/plugin/component.h"
#include "core/plugin/index.h"
#include "core/report/picture.h"

namespace lode::core {

// Neither moved nor copied: its components know its address.
class KnownSpace {
 public:
  // Loads the plugin of the space in which the run in `directory` searched, if it is installed or
  // one of `plugins`; nothing else of the run's pipeline has to be there. Throws HostError or
  // ConfigError if the space is not known.
  KnownSpace(std::filesystem::path directory, std::vector<std::filesystem::path> plugins);

  const lode::Space& space() const { return *view_; }
  const SpaceInstance& instance() const { return instance_; }
  const std::filesystem::path& directory() const { return directory_; }
  const std::vector<std::filesystem::path>& plugins() const { return plugins_; }

  // Returns an architecture's picture as an SVG document; "" if the space has none, or does not
  // know the architecture.
  std::string Draw(const std::string& architecture) const;
  // Returns the cells of an architecture; none if the space does not know it.
  std::optional<lode::Architecture> Parse(const std::string& architecture) const;

 private:
  const std::filesystem::path directory_;
  const std::vector<std::filesystem::path> plugins_;
  const PluginIndex catalog_;
  const ComponentConfig config_;
  const RunContext run_;
  const SpaceInstance instance_;
  const std::unique_ptr<lode::Space> view_;
};

}  // namespace lode::core
