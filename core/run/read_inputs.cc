#include "core/run/read_inputs.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/config/artifacts.h"
#include "core/config/oracle_roles.h"
#include "core/run/known_sources.h"
#include "core/search/components.h"
#include "core/search/oracles.h"

namespace lode::core {
namespace {

// Makes the components of pipelines, skipping those like an earlier one.
class InputReader {
 public:
  explicit InputReader(const Catalog& catalog) : catalog_(catalog) {}

  void Read(const Search& search) {
    Pipeline pipeline = search.pipeline;
    if (pipeline.optional && !MissingInputOf(pipeline, catalog_).empty()) { return; }
    const bool waits = !ArtifactsOf(pipeline, catalog_).empty();
    if (!waits) { pipeline.optimizer.policy = PolicyOf(search, pipeline.seeds.front()); }
    if (!IsNew(pipeline)) { return; }
    std::vector<std::size_t> quick;
    for (std::size_t i = 0; i < pipeline.oracles.size(); ++i) {
      if (MayMake(pipeline.oracles[i]) && !waits) { quick.push_back(i); }
    }
    if (waits || !MayMake(pipeline.space)) { return; }
    const RunContext run;
    Oracles oracles(pipeline, catalog_, run, quick);
    const bool has_network =  // none if its oracle is not made
        oracles.network() != nullptr || !TrainsNetwork(pipeline.optimizer, catalog_);
    const bool has_optimizer = pipeline.is_search() && has_network && MayMake(pipeline.optimizer);
    if (has_optimizer && std::ranges::all_of(pipeline.explorations,
                                             [&](const auto& config) { return MayMake(config); })) {
      const Components components(pipeline, catalog_, run, {}, oracles.network());
    }
  }

  std::vector<std::string> skipped() const { return {skipped_.begin(), skipped_.end()}; }

 private:
  bool MayMake(const ComponentConfig& config) {
    const ComponentDeclaration& declaration = *catalog_.Find(config.kind, config.id);
    const bool may = !declaration.is_open && !UsesTorch(catalog_, config);
    if (!may && !declaration.is_open) {
      skipped_.insert(std::string(KindName(config.kind)) + " '" + config.id + "'");
    }
    return may;
  }

  // The points of a grid have many components in common.
  bool IsNew(const Pipeline& pipeline) {
    std::string text;
    const auto add = [&](const ComponentConfig& config) {
      text += config.id + "\n" + config.policy.string() + "\n";
      for (const Value& value : config.values) { text += FormatValue(value) + "\n"; }
    };
    add(pipeline.space);
    std::ranges::for_each(pipeline.oracles, add);
    std::ranges::for_each(pipeline.explorations, add);
    add(pipeline.optimizer);
    return seen_.insert(std::move(text)).second;
  }

  const Catalog& catalog_;
  std::set<std::string> seen_, skipped_;
};

}  // namespace

std::vector<std::string> ReadInputs(const LoadedPipeline& pipeline) {
  InputReader reader(*pipeline.catalog);
  for (const Stage& stage : pipeline.stages.list) {
    for (const Search& search : stage.searches) { reader.Read(search); }
  }
  return reader.skipped();
}

}  // namespace lode::core
