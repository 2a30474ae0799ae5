#include "plugins/spaces/nb201/oracle.h"

#include <algorithm>
#include <cmath>

#include "plugins/spaces/nb201/lookup.h"
#include "plugins/spaces/nb201/training_time.h"

namespace nb201 {

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
  if (config.epochs != 12 && config.epochs != 200) {
    throw lode::InvalidError("epochs is " + std::to_string(config.epochs) +
                             ", the benchmark has 12 and 200");
  }
}

std::vector<lode::Metric> TableOracle::Metrics() const {
  const auto epochs = static_cast<double>(config_.epochs);
  std::vector<lode::Metric> metrics{
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
  if (!table_.empty()) {
    metrics[0].optimum = std::ranges::max(table_, {}, &Results::valid_accuracy).valid_accuracy;
    metrics[1].optimum = std::ranges::max(table_, {}, &Results::test_accuracy).test_accuracy;
    metrics[2].optimum = std::ranges::min(table_, {}, &Results::params).params;
    metrics[3].optimum = std::ranges::min(table_, {}, &Results::mflops).mflops;
  }
  return metrics;
}

ResultColumns TableOracle::Columns() const {
  const std::string suffix = config_.epochs == 12 ? "_12ep" : "";
  return {config_.dataset + "_valid" + suffix, config_.dataset + "_test" + suffix,
          "params_" + config_.dataset, "mflops_" + config_.dataset,
          config_.dataset + "_seconds" + suffix};
}

void TableOracle::Bind(const lode::Space& space) {
  RequireNb201(space);
  table_ = ReadTable(config_.table, Columns());
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    double& seconds = table_[i].seconds;
    if (std::isnan(seconds)) {
      seconds = TrainingSeconds(FromIndex(i), config_.dataset, config_.epochs);
    }
  }
}

void TableOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  const Results& r = table_[IndexOf(query)];
  metrics[0] = r.valid_accuracy;
  metrics[1] = r.test_accuracy;
  metrics[2] = r.params;
  metrics[3] = r.mflops;
  query.ReportCost(r.seconds);
}

}  // namespace nb201
