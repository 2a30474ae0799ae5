#include "plugins/spaces/nb201/oracle.h"

#include <algorithm>
#include <cmath>

#include "plugins/spaces/nb201/lookup.h"
#include "plugins/spaces/nb201/training_time.h"

namespace nb201 {
namespace {

constexpr std::int64_t kBriefEpochs = 12;
constexpr std::int64_t kFullEpochs = 200;
constexpr double kBrief = 0.06;  // the fidelity of kBriefEpochs of kFullEpochs

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
  if (config.epochs != kBriefEpochs && config.epochs != kFullEpochs) {
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
  const std::string& dataset = config_.dataset;
  ResultColumns brief{dataset + "_valid_12ep", dataset + "_test_12ep", "params_" + dataset,
                      "mflops_" + dataset, dataset + "_seconds_12ep"};
  if (config_.epochs == kBriefEpochs) { return brief; }
  return {dataset + "_valid",   dataset + "_test",    brief.params,        brief.mflops,
          dataset + "_seconds", brief.valid_accuracy, brief.test_accuracy, brief.seconds};
}

lode::Fidelities TableOracle::Fidelities() const {
  const auto has_brief = [](const Results& r) {
    return !std::isnan(r.brief_valid_accuracy) && !std::isnan(r.brief_test_accuracy);
  };
  const bool serves = !table_.empty() && has_brief(table_.front());
  return serves ? lode::Fidelities::List({kBrief, 1}) : lode::Fidelities();
}

void TableOracle::Bind(const lode::Space& space) {
  RequireNb201(space);
  table_ = ReadTable(config_.table, Columns());
  FillSeconds();
}

void TableOracle::FillSeconds() {
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    const auto fill = [&](double& seconds, std::int64_t epochs) {
      if (std::isnan(seconds)) { seconds = TrainingSeconds(FromIndex(i), config_.dataset, epochs); }
    };
    fill(table_[i].seconds, config_.epochs);
    fill(table_[i].brief_seconds, kBriefEpochs);
  }
}

void TableOracle::Evaluate(const lode::Query& query, std::span<double> metrics) const {
  const Results& r = table_[ToIndex(FromArchitecture(query.architecture))];
  const bool is_full = query.fidelity == 1;
  metrics[0] = is_full ? r.valid_accuracy : r.brief_valid_accuracy;
  metrics[1] = is_full ? r.test_accuracy : r.brief_test_accuracy;
  metrics[2] = r.params;
  metrics[3] = r.mflops;
  query.ReportCost(is_full ? r.seconds : r.brief_seconds);
}

}  // namespace nb201
