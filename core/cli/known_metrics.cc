#include "core/cli/known_metrics.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/plugin/error.h"
#include "core/plugin/index.h"
#include "core/plugin/loader.h"

namespace lode::cli {
namespace {

// Returns whether an oracle needs only its defaults and answers at almost no cost.
bool IsReady(const core::ComponentDeclaration& oracle) {
  constexpr auto kHeavy = LODE_CAP_USES_TORCH | LODE_CAP_ISOLATE | LODE_CAP_FREE;
  const bool needs_more = std::ranges::any_of(oracle.params, [](const core::ParamDeclaration& p) {
    return (p.flags & LODE_PARAM_REQUIRED) != 0;
  });
  return (oracle.capabilities & kHeavy) == 0 && !oracle.prepares && !needs_more;
}

std::vector<std::string> DatasetsOf(const core::ComponentDeclaration& oracle) {
  for (const core::ParamDeclaration& p : oracle.params) {
    if (p.name == "dataset" && !p.choices.empty()) { return {p.choices.begin(), p.choices.end()}; }
  }
  return {};
}

// Returns the text as a TOML string.
std::string Quoted(const std::string& text) { return nlohmann::json(text).dump(); }

// Queries the oracle `id` with these parameters, "NAME=VALUE". Throws core::HostError if it cannot
// be bound or does not answer.
KnownMetrics Ask(const std::string& id, const std::vector<std::string>& parameters,
                 const core::SpaceInstance& space, lode::ArchitectureView architecture,
                 const core::Catalog& catalog) {
  std::vector<std::string> overrides{"oracle.use=" + id};
  for (const std::string& parameter : parameters) { overrides.push_back("oracle." + parameter); }
  const core::ComponentConfig config = core::ResolveComponent(
      core::Document::FromText("[oracle]\n", "lode show", overrides), LODE_ORACLE, catalog);
  const core::RunContext run;
  core::OracleInstance oracle(core::LoadComponent(catalog, LODE_ORACLE, id), config.values, run,
                              "oracle");
  oracle.Bind(space.handle());
  std::vector<double> values(oracle.metric_count());
  const core::OracleInstance::Outcome outcome = oracle.Evaluate({architecture, 1.0, 0, values});
  if (!outcome.ok) { throw core::HostError(oracle.title() + ": " + outcome.failure); }
  KnownMetrics known{id, {}};
  const std::vector<core::MetricDeclaration> metrics = oracle.Metrics();
  for (std::size_t i = 0; i < values.size(); ++i) {
    known.metrics.emplace_back(metrics[i], values[i]);
  }
  return known;
}

}  // namespace

std::vector<KnownMetrics> KnownMetricsOf(const core::SpaceInstance& space,
                                         lode::ArchitectureView architecture,
                                         const core::Catalog& catalog) {
  std::vector<KnownMetrics> all;
  const auto ask = [&](const std::string& id, const std::string& dataset) {
    try {
      const std::vector<std::string> parameters =
          dataset.empty() ? std::vector<std::string>() : std::vector{"dataset=" + Quoted(dataset)};
      all.push_back(Ask(id, parameters, space, architecture, catalog));
      all.back().oracle += dataset.empty() ? "" : ", " + dataset;
    } catch (const core::HostError&) {
      // The oracle is for another space or does not know the architecture: nothing to show.
    }
  };
  for (const std::string& id : catalog.Ids(LODE_ORACLE)) {
    const core::ComponentDeclaration& oracle = *catalog.Find(LODE_ORACLE, id);
    if (!IsReady(oracle)) { continue; }
    const std::vector<std::string> datasets = DatasetsOf(oracle);
    for (const std::string& dataset : datasets.empty() ? std::vector<std::string>{""} : datasets) {
      ask(id, dataset);
    }
  }
  return all;
}

KnownMetrics MetricsInTable(const UserTable& table, const core::SpaceInstance& space,
                            lode::ArchitectureView architecture, const core::Catalog& catalog) {
  std::vector<std::string> parameters{
      "file=" + Quoted(std::filesystem::absolute(table.file).string()),
      "maximize=" + nlohmann::json(table.columns).dump(), "key=" + Quoted(table.key)};
  KnownMetrics known = Ask("table", parameters, space, architecture, catalog);
  known.oracle = table.file;
  return known;
}

}  // namespace lode::cli
