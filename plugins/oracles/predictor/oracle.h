// The oracle "predictor.train": learns metrics from measured architectures of any space, and
// predicts them for others.
#pragma once

#include <cstdint>
#include <filesystem>
#include <lode/plugin.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plugins/oracles/predictor/fitted_predictor.h"
#include "plugins/oracles/predictor/samples.h"
#include "toolkit/metrics/user_metrics.h"

namespace predictor {

class PredictorOracle {
 public:
  struct Config : lode::metrics::Config {
    std::string file;
    std::string key = "architecture";
    std::vector<std::string> columns;  // "METRIC = COLUMN"
    std::vector<std::string> inputs;   // "COLUMN = VALUE"
    double held_out = 0.2;
    std::string encoding = "both";
    std::int64_t most_paths = 128;
    std::int64_t networks = 5;
    std::int64_t layers = 1;
    std::int64_t width = 32;
    double learning_rate = 0.003;
    std::int64_t epochs = 50;
    std::int64_t batch_size = 32;

    // Whether the file is a fitted predictor, not a table.
    bool is_fitted() const { return file.ends_with(".safetensors"); }
  };
  static lode::Params<Config> Parameters();

  // Throws lode::InvalidError as lode::metrics::Metrics and ColumnsOf do, and for a malformed
  // element of `inputs`.
  PredictorOracle(lode::Host host, const Config& config);

  std::vector<lode::Metric> Metrics() const { return metrics_; }

  // Reads a fitted predictor. Throws lode::IoError if it is another one.
  void Bind(const lode::Space& space);

  // For a table: reads it, learns from it, logs how well the predictions match
  // what was held out, and writes predictor.safetensors; or loads that. The file's metadata has
  // "METRIC.rank_correlation" and "METRIC.mean_error". Throws lode::IoError if the table cannot be
  // read or has fewer than two architectures.
  void Prepare(const std::filesystem::path& directory);

  // Throws lode::InvalidError before Prepare and for bytes that are not an architecture,
  // lode::UnsupportedError for a fidelity below 1.
  void EvaluateBatch(std::span<const lode::Query> queries, std::span<double> metrics);

 private:
  std::vector<std::string> MetricNames() const;
  FittedPredictor::Settings settings() const;
  void Fit(const std::filesystem::path& file);
  void Load(const std::filesystem::path& file);

  lode::Host host_;
  Config config_;
  std::vector<lode::Metric> metrics_;
  Layout layout_;
  std::vector<double> inputs_;  // at which metrics are predicted
  std::optional<lode::Space> space_;
  std::optional<FittedPredictor> predictor_;
};

}  // namespace predictor
