// The oracle "ofa.layer_latency": times all layers of sub-networks on this machine, and adds them
// up.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/layer_sum.h"
#include "plugins/spaces/ofa/networks/layers.h"
#include "toolkit/training/measured_latency.h"

namespace ofa {

class LayerLatencyOracle {
 public:
  struct Config : lode::training::TimingConfig {
    Config() { passes = 10; }  // some layers take microseconds
    std::string width = "1.0";
    std::int64_t resolution = 224;
    std::int64_t batch_size = 1;
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError if `clock` is for one thread and there are several.
  LayerLatencyOracle(lode::Host host, const Config& config);

  std::vector<lode::Metric> Metrics() const;  // layer_latency, in ms

  // Throws lode::UnsupportedError if the space is not ofa or has a different width or resolution,
  // lode::InvalidError if more threads are wanted than the host gives.
  void Bind(const lode::Space& space);

  // Times every layer and writes latency_table.yaml to `directory`, a table that the oracle
  // ofa.latency reads; or reads it, if it is there. An interrupted preparation keeps the layers
  // that it has timed.
  void Prepare(const std::filesystem::path& directory);

  // Throws lode::InvalidError before Prepare and if the bytes are not an architecture,
  // lode::UnsupportedError for a fidelity below 1.
  void Evaluate(const lode::Query& query, std::span<double> metrics) const;

 private:
  void TimeLayers(const std::filesystem::path& partial);
  double Time(const SingleLayer& layer) const;
  std::string Heading() const;

  lode::Host host_;
  Config config_;
  lode::training::Clock clock_;
  std::optional<LayerSum<double>> latency_;  // in ms; set by Prepare
};

}  // namespace ofa
