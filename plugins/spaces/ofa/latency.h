// The oracle "ofa.latency": latencies of sub-networks from a table of their layers' latencies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/layer_sum.h"

namespace ofa {

class LatencyOracle {
 public:
  struct Config {
    std::string table;
    std::string width = "1.0";
    std::int64_t resolution = 224;
  };
  static lode::Params<Config> Parameters();

  LatencyOracle(lode::Host, const Config& config) : config_(config) {}

  std::vector<lode::Metric> Metrics() const;  // latency, in ms

  // Reads the table and tabulates what every evaluation needs. Throws lode::UnsupportedError if the
  // space is not ofa or has a different width or resolution, lode::IoError as ReadLatencyTable and
  // SumLatencies do.
  void Bind(const lode::Space& space);

  // Throws lode::InvalidError if the bytes are not an architecture, lode::UnsupportedError for a
  // fidelity below 1. Any thread may call it.
  void Evaluate(const lode::Query& query, std::span<double> metrics) const;

 private:
  Config config_;
  std::optional<LayerSum<double>> latency_;  // in ms; set by Bind
};

}  // namespace ofa
