#include "core/page/known_space.h"

#include <utility>

#include "core/config/diagnostic.h"
#include "core/config/resolve.h"
#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/search/components.h"
#include "core/store/run_directory.h"

namespace lode::core {
namespace {

// Plugins that the pipeline names are not loaded: that would run code of whoever wrote it.
ComponentConfig SpaceOf(const std::filesystem::path& directory, const Catalog& catalog) {
  const Document document = Document::Read(directory / kPipelineFile, {});
  try {
    return ResolveComponent(document, LODE_SPACE, catalog);
  } catch (const ConfigError&) {
    if (PluginPaths(document).empty()) { throw; }
    throw HostError(directory.string() +
                    ": its space may be of a plugin that its pipeline names, which is not loaded; "
                    "--plugin loads it");
  }
}

}  // namespace

KnownSpace::KnownSpace(std::filesystem::path directory, std::vector<std::filesystem::path> plugins)
    : directory_(std::move(directory)),
      plugins_(std::move(plugins)),
      catalog_(MakeSearchPath(plugins_, {}), IndexCacheFile()),
      config_(SpaceOf(directory_, catalog_)),
      instance_(LoadComponent(catalog_, LODE_SPACE, config_.id), config_.values, run_, "space"),
      view_(ViewOf(instance_)) {}

std::string KnownSpace::Draw(const std::string& architecture) const {
  const std::optional<lode::Architecture> cells = Parse(architecture);
  if (!cells || !space().HasGraph()) { return ""; }
  return instance_.Use(
      [&] { return FormatSvg(PrintableGraph(space(), *cells), ColorsOf(space()), architecture); });
}

std::optional<lode::Architecture> KnownSpace::Parse(const std::string& architecture) const {
  try {
    return instance_.Use([&] { return space().Parse(architecture); });
  } catch (const HostError&) { return std::nullopt; }
}

}  // namespace lode::core
