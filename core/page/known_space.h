// The space of a stored run, as far as its plugin may be loaded.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin/component.h"
#include "core/report/picture.h"
#include "core/run/load_pipeline.h"

namespace lode::core {

// Neither moved nor copied: its components know its address.
class KnownSpace {
 public:
  // Loads the plugin of the space in which the run in `directory` searched, if it is installed or
  // one of `plugins`. Throws HostError or ConfigError if it is not known.
  KnownSpace(const std::filesystem::path& directory,
             const std::vector<std::filesystem::path>& plugins);

  const lode::Space& space() const { return *view_; }
  const LoadedPipeline& pipeline() const { return pipeline_; }
  const SpaceInstance& instance() const { return instance_; }

  // Returns an architecture's picture as an SVG document; "" if the space has none, or does not
  // know the architecture.
  std::string Draw(const std::string& architecture) const;
  // Returns the cells of an architecture; none if the space does not know it.
  std::optional<lode::Architecture> Parse(const std::string& architecture) const;

 private:
  const LoadedPipeline pipeline_;
  const RunContext run_;
  const SpaceInstance instance_;
  const std::unique_ptr<lode::Space> view_;
};

}  // namespace lode::core
