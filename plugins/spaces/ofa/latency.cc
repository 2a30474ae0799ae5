#include "plugins/spaces/ofa/latency.h"

#include "plugins/spaces/ofa/bound_space.h"
#include "plugins/spaces/ofa/latency_table.h"

namespace ofa {

lode::Params<LatencyOracle::Config> LatencyOracle::Parameters() {
  return {
      lode::Param<Config>("table", &Config::table,
                          "Latencies of single layers on the device: the authors' lookup table for "
                          "the width and resolution, YAML.",
                          lode::Path{})
          .Required(),
      {"width", &Config::width, "Multiplier of all channels; the same as the space's.",
       lode::Choices{{"1.0", "1.2"}}},
      lode::Param<Config>("resolution", &Config::resolution,
                          "Height and width of the images; the same as the space's.",
                          lode::Range{kMinResolution, kMaxResolution})
          .Unit("px"),
  };
}

std::vector<lode::Metric> LatencyOracle::Metrics() const {
  return {{"latency", "ms", "Sum of the latencies of the network's layers on the table's device.",
           LODE_MINIMIZE}};
}

void LatencyOracle::Bind(const lode::Space& space) {
  RequireOfa(space, "the table");
  RequireSameNetworks(space, config_.width, config_.resolution);
  latency_ = SumLatencies({config_.width, config_.resolution}, ReadLatencyTable(config_.table),
                          config_.table);
}

void LatencyOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  if (query.fidelity != 1) {
    throw lode::UnsupportedError("fidelity is " + std::to_string(query.fidelity) +
                                 ", the table has latencies at 1 only");
  }
  metrics[0] = latency_->Of(FromArchitecture(query.architecture));
}

}  // namespace ofa
