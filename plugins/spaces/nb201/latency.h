// The oracle "nb201.latency": looks up what cells cost on a device, in a table of measurements such
// as those of HW-NAS-Bench (Li et al., HW-NAS-Bench: Hardware-Aware Neural Architecture Search
// Benchmark, ICLR 2021) and HELP (Lee et al., Hardware-Adaptive Efficient Latency Prediction for
// NAS via Meta-Learning, NeurIPS 2021).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/spaces/nb201/table_rows.h"

namespace nb201 {

// Returns the cells of the benchmark's architectures 0, 1, 2, ..., by ToIndex(): the order of the
// lines of a table of results. Throws lode::IoError as ParseRows does, and if the lines are in a
// different order; messages call the file `name`.
std::vector<std::uint32_t> ParseIndexOrder(std::string_view text, const std::string& name);

class LatencyOracle {
 public:
  struct Config {
    std::string table;
    std::string column;
    std::string architectures = "nb201.tsv.gz";
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError if the column cannot be a latency or an energy.
  LatencyOracle(lode::Host, const Config& config);

  // One metric: "energy", mJ, if the column's name ends in "_energy", else "latency", ms.
  std::vector<lode::Metric> Metrics() const;

  // Reads the tables. Throws lode::UnsupportedError if the space is not nb201, lode::IoError if a
  // file is missing or malformed or lacks the column.
  void Bind(const lode::Space& space);

  // Throws lode::InvalidError if the bytes are not an architecture, lode::UnsupportedError for a
  // fidelity below 1 and for networks that the device cannot run. Any thread may call it.
  void Evaluate(const lode::Query& query, std::span<double> metrics) const;

 private:
  Config config_;
  std::vector<double> costs_;  // by ToIndex() of the cell; -1: the device cannot run it
};

}  // namespace nb201
