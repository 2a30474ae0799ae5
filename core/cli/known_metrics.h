// Finds what is known about an architecture without training or running anything: from oracles that
// need only their defaults, such as a table that ships with a plugin, and from the caller's tables.
#pragma once

#include <lode/plugin.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/config/resolve.h"
#include "core/plugin/component.h"

namespace lode::cli {

// A table given by the caller, for the oracle "table".
struct UserTable {
  std::string file, key;
  std::vector<std::string> columns;  // to show
};

struct KnownMetrics {
  std::string oracle;  // "nb201.table, cifar10"
  std::vector<std::pair<core::MetricDeclaration, double>> metrics;
};

// Queries every oracle that can be bound to the space immediately and answers; one with a parameter
// `dataset`, once for each of its values. Skips oracles that train, run programs or compute by
// formula.
std::vector<KnownMetrics> KnownMetricsOf(const core::SpaceInstance& space,
                                         lode::ArchitectureView architecture,
                                         const core::Catalog& catalog);

// Throws core::HostError if the table cannot be read or does not have the architecture.
KnownMetrics MetricsInTable(const UserTable& table, const core::SpaceInstance& space,
                            lode::ArchitectureView architecture, const core::Catalog& catalog);

}  // namespace lode::cli
