#include "plugins/spaces/nb201/latency.h"

#include <algorithm>
#include <lode/text.hpp>

#include "plugins/spaces/nb201/lookup.h"
#include "toolkit/files/text_file.h"

namespace nb201 {
namespace {

// Checksum of the order of the benchmark's architectures, see Checksum().
constexpr std::uint32_t kIndexOrder = 0xc630e33f;

// FNV-1a, one cell's number at a time.
std::uint32_t Checksum(const std::vector<std::uint32_t>& cells) {
  std::uint32_t hash = 2166136261u;
  for (const std::uint32_t cell : cells) { hash = (hash ^ cell) * 16777619u; }
  return hash;
}

bool IsEnergy(std::string_view column) { return column.ends_with("_energy"); }

// Returns the data set that a column's name begins with, or "".
std::string DatasetOf(std::string_view column) {
  for (const char* dataset : {"cifar10", "cifar100", "imagenet16"}) {
    if (column.starts_with(std::string(dataset) + "_")) { return dataset; }
  }
  return "";
}

}  // namespace

std::vector<std::uint32_t> ParseIndexOrder(std::string_view text, const std::string& name) {
  std::vector<std::uint32_t> cells = ParseRows(text, name, RowKey::kArchitecture, {}).keys;
  if (Checksum(cells) != kIndexOrder) {
    throw lode::IoError(name + ": its lines are not in the order of the benchmark's indices");
  }
  return cells;
}

lode::Params<LatencyOracle::Config> LatencyOracle::Parameters() {
  return {
      lode::Param<Config>("table", &Config::table,
                          "Table of measurements, tab-separated text or gzip: a line for each "
                          "architecture, identified by the benchmark's number in the column "
                          "\"index\".",
                          lode::Path{})
          .Required(),
      lode::Param<Config>("column", &Config::column,
                          "The table's column to serve: latencies in ms, or energies in mJ if its "
                          "name ends in \"_energy\".")
          .Required(),
      {"architectures", &Config::architectures,
       "Table whose lines are the benchmark's architectures in the order of their numbers; the one "
       "that comes with the plugin by default.",
       lode::Path{}},
  };
}

LatencyOracle::LatencyOracle(lode::Host, const Config& config) : config_(config) {
  if (config.column == kIndexColumn || config.column.ends_with("_arithmetic_intensity")) {
    throw lode::InvalidError("column is " + lode::Quote(config.column) +
                             ", expected a column of latencies or energies");
  }
}

std::vector<lode::Metric> LatencyOracle::Metrics() const {
  const bool energy = IsEnergy(config_.column);
  lode::Metric metric{
      energy ? "energy" : "latency",
      energy ? "mJ" : "ms",
      std::string(energy ? "Energy" : "Time") + " of one forward pass on the device, as measured.",
      LODE_MINIMIZE,
      LODE_SPLIT_NONE,
      DatasetOf(config_.column)};
  for (const double cost : costs_) {  // -1: the device cannot run it
    if (cost >= 0) { metric.optimum = std::min(cost, metric.optimum.value_or(cost)); }
  }
  return {metric};
}

void LatencyOracle::Bind(const lode::Space& space) {
  RequireNb201(space);
  const NumberColumn column = {.name = config_.column,
                               .may_lack = true,
                               .range = "at least 0, or -1 if the device cannot run it"};
  using lode::files::ReadTextFile;
  const Rows rows = ParseRows(ReadTextFile(config_.table), config_.table, RowKey::kIndex, {column});
  const auto cells = ParseIndexOrder(ReadTextFile(config_.architectures), config_.architectures);
  std::vector<double> costs(kArchitectures);
  for (std::size_t i = 0; i < rows.keys.size(); ++i) {
    costs[cells[rows.keys[i]]] = rows.values[i];
  }
  costs_ = std::move(costs);
}

void LatencyOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  if (query.fidelity != 1) {
    throw lode::UnsupportedError("fidelity is " + std::to_string(query.fidelity) +
                                 ", the table has results at 1 only");
  }
  const double cost = costs_[ToIndex(FromArchitecture(query.architecture))];
  if (cost < 0) { throw lode::UnsupportedError("the device cannot run it: the table has -1"); }
  metrics[0] = cost;
}

}  // namespace nb201
