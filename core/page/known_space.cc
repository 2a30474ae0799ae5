#include "core/page/known_space.h"

#include "core/plugin/error.h"
#include "core/plugin/loader.h"
#include "core/run/stored_plan.h"
#include "core/search/components.h"

namespace lode::core {
namespace {

const ComponentConfig& SpaceOf(const LoadedPipeline& pipeline) {
  return pipeline.searches().front().pipeline.space;
}

}  // namespace

KnownSpace::KnownSpace(const std::filesystem::path& directory,
                       const std::vector<std::filesystem::path>& plugins)
    : pipeline_(LoadStored(directory, {.plugins = plugins, .allowed = AllowedPlugins::kKnown})),
      instance_(LoadComponent(*pipeline_.catalog, LODE_SPACE, SpaceOf(pipeline_).id),
                SpaceOf(pipeline_).values, run_, "space"),
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
