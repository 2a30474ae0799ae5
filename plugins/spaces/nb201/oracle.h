// The oracle "nb201.table": looks architectures up in a table of the benchmark's results.
#pragma once

#include <string>
#include <vector>

#include "plugins/spaces/nb201/table.h"

namespace nb201 {

class TableOracle {
 public:
  struct Config {
    std::string table = "nb201.tsv.gz";
    std::string dataset = "cifar10";
    std::int64_t epochs = 200;
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError unless epochs is 12 or 200.
  TableOracle(lode::Host, const Config& config);

  // valid_accuracy, test_accuracy, params, mflops.
  std::vector<lode::Metric> Metrics() const;

  // Reads the table. Throws lode::UnsupportedError if the space is not nb201, lode::IoError as
  // ReadTable does.
  void Bind(const lode::Space& space);

  // Reports as the cost the seconds of the training behind the validation accuracy: the table's, or
  // else TrainingSeconds(). Throws lode::InvalidError if the bytes are not an architecture,
  // lode::UnsupportedError for a fidelity below 1. Any thread may call it.
  void Evaluate(const lode::Query& query, std::span<double> metrics) const;

 private:
  ResultColumns Columns() const;

  Config config_;
  Table table_;
};

}  // namespace nb201
