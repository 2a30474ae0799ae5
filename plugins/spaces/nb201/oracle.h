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

  // Of 200 epochs, 12 are a fidelity of 0.06, if the table has their accuracies. Without them, and
  // of 12 epochs: only 1.
  lode::Fidelities Fidelities() const;

  // Reads the table. Throws lode::UnsupportedError if the space is not nb201, lode::IoError as
  // ReadTable does.
  void Bind(const lode::Space& space);

  // Reports as the cost the seconds of the training behind the validation accuracy: the table's, or
  // else TrainingSeconds(). Throws lode::InvalidError if the bytes are not an architecture. Any
  // thread may call it. REQUIRES: a fidelity of Fidelities().
  void Evaluate(const lode::Query& query, std::span<double> metrics) const;

 private:
  ResultColumns Columns() const;
  void FillSeconds();

  Config config_;
  Table table_;
};

}  // namespace nb201
