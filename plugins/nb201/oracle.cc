#include "plugins/nb201/oracle.h"

#include "plugins/nb201/space.h"

namespace nb201 {
namespace {

std::string Shape(const lode::Matrix& m) {
  return Quote(m.name) + " " + std::to_string(m.rows()) + "x" + std::to_string(m.columns());
}

// Throws unless `space` has the one matrix of nb201, labels included.
void RequireSameMatrix(const lode::Space& space) {
  const lode::Matrix ours = CellMatrix();
  const std::string expected = "the table is of the space nb201, one matrix " + Shape(ours);
  if (space.matrices().size() != 1)
    throw lode::UnsupportedError(expected + ", not of one with " +
                                 std::to_string(space.matrices().size()) + " matrices");
  const lode::Matrix& theirs = space.matrices().front();
  if (Shape(theirs) != Shape(ours))
    throw lode::UnsupportedError(expected + ", not " + Shape(theirs));
  const auto require = [&](const char* what, const auto& a, const auto& b) {
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (a[k] != b[k])
        throw lode::UnsupportedError(expected + ": " + what + " " + std::to_string(k) + " is " +
                                     Quote(b[k]) + ", expected " + Quote(a[k]));
    }
  };
  require("row", ours.row_labels, theirs.row_labels);
  require("column", ours.column_labels, theirs.column_labels);
}

}  // namespace

lode::Params<TableOracle::Config> TableOracle::Parameters() {
  return {
      {"table", &Config::table,
       "Table of the benchmark's results, tab-separated text or gzip; the one that comes with the "
       "plugin by default.",
       lode::Path{}},
      {"dataset", &Config::dataset, "Data set of the accuracies.",
       lode::Choices{{"cifar10", "cifar100", "imagenet16"}}},
      lode::Param<Config>("epochs", &Config::epochs,
                          "Length of the trainings behind the accuracies: 12 or 200.",
                          lode::Range{12, 200})
          .Unit("epochs"),
  };
}

TableOracle::TableOracle(lode::Host, const Config& config) : config_(config) {
  if (config.epochs != 12 && config.epochs != 200)
    throw lode::InvalidError("epochs is " + std::to_string(config.epochs) +
                             ", the benchmark has 12 and 200");
}

std::vector<lode::Metric> TableOracle::Metrics() const {
  const auto epochs = static_cast<double>(config_.epochs);
  return {
      {"valid_accuracy", "percent",
       "Accuracy on the validation part, mean over the benchmark's seeds.", LODE_MAXIMIZE,
       LODE_SPLIT_VALIDATION, config_.dataset, epochs},
      {"test_accuracy", "percent",
       "Accuracy on the test part, mean over the benchmark's seeds; on CIFAR-10 after training on "
       "the training and validation parts together.",
       LODE_MAXIMIZE, LODE_SPLIT_TEST, config_.dataset, epochs},
      {"params", "count", "Parameters of the network.", LODE_MINIMIZE, LODE_SPLIT_NONE,
       config_.dataset},
      {"mflops", "10^6 multiply-adds", "Multiply-adds of one forward pass for one image.",
       LODE_MINIMIZE, LODE_SPLIT_NONE, config_.dataset},
  };
}

ResultColumns TableOracle::Columns() const {
  const std::string suffix = config_.epochs == 12 ? "_12ep" : "";
  return {config_.dataset + "_valid" + suffix, config_.dataset + "_test" + suffix,
          "params_" + config_.dataset, "mflops_" + config_.dataset};
}

void TableOracle::Bind(const lode::Space& space) {
  RequireSameMatrix(space);
  table_ = ReadTable(config_.table, Columns());
}

void TableOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  if (query.fidelity != 1)
    throw lode::UnsupportedError("fidelity is " + std::to_string(query.fidelity) +
                                 ", the table has results at 1 only");
  const Results& r = table_[ToIndex(FromArchitecture(query.architecture))];
  metrics[0] = r.valid_accuracy;
  metrics[1] = r.test_accuracy;
  metrics[2] = r.params;
  metrics[3] = r.mflops;
}

}  // namespace nb201
