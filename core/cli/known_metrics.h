// What is known of an architecture without training or running anything: what oracles serve that need
// no more than their defaults, such as a table that ships with a plugin, and tables of the caller's.
#pragma once

#include <lode/plugin.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/config/resolve.h"
#include "core/plugin/component.h"

namespace lode::cli {

// A table of the caller's, for the oracle "table".
struct UserTable {
  std::string file, key;
  std::vector<std::string> columns;  // that are shown
};

struct KnownMetrics {
  std::string oracle;  // "nb201.table, cifar10"
  std::vector<std::pair<core::MetricDeclaration, double>> metrics;
};

// From every oracle that can be bound to the space at once and answers; of one with a parameter
// `dataset`, for each of its values. Oracles that train, run programs or compute by formula are not
// asked.
std::vector<KnownMetrics> KnownMetricsOf(const core::SpaceInstance& space,
                                         lode::ArchitectureView architecture,
                                         const core::Catalog& catalog);

// Throws core::HostError if the table cannot be read or does not have the architecture.
KnownMetrics MetricsInTable(const UserTable& table, const core::SpaceInstance& space,
                            lode::ArchitectureView architecture, const core::Catalog& catalog);

}  // namespace lode::cli
