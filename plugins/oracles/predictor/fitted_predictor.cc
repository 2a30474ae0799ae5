#include "plugins/oracles/predictor/fitted_predictor.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "toolkit/files/tensor_reader.h"
#include "toolkit/networks/mlp.h"
#include "toolkit/statistics/rank_correlation.h"

namespace predictor {
namespace {

using lode::Architecture;
using lode::networks::Mlp;
using lode::predictors::InputTable;

constexpr std::size_t kMostExamples = 512;

std::vector<Architecture> ExamplesOf(const std::vector<Sample>& samples) {
  std::vector<Architecture> examples;
  for (const Sample& sample : samples) {
    if (examples.size() == kMostExamples) { break; }
    examples.push_back(sample.architecture);
  }
  return examples;
}

std::vector<double> Column(const std::vector<Sample>& samples, std::vector<double> Sample::*numbers,
                           std::size_t column) {
  std::vector<double> values;
  values.reserve(samples.size());
  for (const Sample& sample : samples) { values.push_back((sample.*numbers)[column]); }
  return values;
}

std::vector<Architecture> ReadExamples(const std::vector<float>& cells, std::size_t columns) {
  std::vector<Architecture> examples;
  for (std::size_t first = 0; first < cells.size(); first += columns) {
    Architecture& example = examples.emplace_back();
    for (std::size_t i = 0; i < columns; ++i) { example.push_back(cells[first + i] != 0); }
  }
  return examples;
}

std::vector<Architecture> ExamplesIn(const lode::files::Tensors& tensors, const std::string& name,
                                     const lode::Space& space) {
  lode::files::TensorReader reader(tensors, name);
  std::vector<Architecture> examples =
      ReadExamples(reader.TakeRows("examples", space.cells()), space.cells());
  for (const Architecture& example : examples) {
    try {
      static_cast<void>(space.Format(example));
    } catch (const lode::Error& e) {
      throw lode::IoError(name +
                          ": has an example that is not an architecture of the space: " + e.what());
    }
  }
  return examples;
}

}  // namespace

FittedPredictor::FittedPredictor(lode::Host host, const lode::Space& space,
                                 const Settings& settings, std::vector<std::string> metrics,
                                 std::size_t inputs, std::vector<Architecture> examples)
    : metrics_(std::move(metrics)),
      examples_(std::move(examples)),
      features_(space, examples_, settings.features),
      input_scales_(inputs),
      metric_scales_(metrics_.size()) {
  for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
    ensembles_.emplace_back(host, features_.size() + inputs, settings.ensemble);
  }
}

FittedPredictor::FittedPredictor(lode::Host host, const lode::Space& space,
                                 const Settings& settings, std::vector<std::string> metrics,
                                 const std::vector<Sample>& samples)
    : FittedPredictor(host, space, settings, std::move(metrics), samples.front().inputs.size(),
                      ExamplesOf(samples)) {
  LearnScales(samples);
  InputTable table(features_.size() + input_scales_.size());
  for (const Sample& s : samples) { Encode(s.architecture, s.inputs, table.AppendRow()); }
  for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
    const Scale scale = metric_scales_[metric];
    std::vector<double> targets = Column(samples, &Sample::values, metric);
    for (double& target : targets) { target = (target - scale.mean) / scale.deviation; }
    ensembles_[metric].Fit(host.Random(), table, targets,
                           [&](const auto& progress) { Report(host, metric, progress); });
  }
}

FittedPredictor::FittedPredictor(lode::Host host, const lode::Space& space,
                                 const Settings& settings, std::vector<std::string> metrics,
                                 std::size_t inputs, const lode::files::Tensors& tensors,
                                 const std::string& name)
    : FittedPredictor(host, space, settings, std::move(metrics), inputs,
                      ExamplesIn(tensors, name, space)) {
  lode::files::TensorReader reader(tensors, name);
  reader.TakeRows("examples", space.cells());
  const std::size_t scales = inputs + metrics_.size();
  const std::vector<float>& numbers = reader.Take("scales", {scales, 2});
  for (std::size_t i = 0; i < scales; ++i) {
    Scale& scale = i < inputs ? input_scales_[i] : metric_scales_[i - inputs];
    scale = {numbers[2 * i], numbers[2 * i + 1]};
  }
  for (auto& ensemble : ensembles_) { ensemble.Restore(); }
  ForEachTensor([&](const std::string& tensor, const std::vector<std::size_t>& shape,
                    std::span<float> elements) {
    std::ranges::copy(reader.Take(tensor, shape), elements.begin());
  });
  reader.RequireNoOthers();
}

void FittedPredictor::Report(const lode::Host& host, std::size_t metric,
                             const lode::predictors::FitProgress& progress) const {
  const auto metrics = static_cast<double>(metrics_.size());
  const std::string text = metrics_[metric] + ": network " + std::to_string(progress.network + 1) +
                           " of " + std::to_string(progress.networks) + ", epoch " +
                           std::to_string(progress.epoch + 1) + " of " +
                           std::to_string(progress.epochs);
  host.Progress((static_cast<double>(metric) + progress.fraction()) / metrics, text.c_str());
}

template <class Take>
void FittedPredictor::ForEachTensor(const Take& take) {
  for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
    const std::span<Mlp> networks = ensembles_[metric].networks();
    for (std::size_t n = 0; n < networks.size(); ++n) {
      for (std::size_t layer = 0; layer < networks[n].layers(); ++layer) {
        std::string name = metrics_[metric];
        name.append(".").append(std::to_string(n)).append(".").append(std::to_string(layer));
        const std::size_t columns = networks[n].Columns(layer);
        const std::span<float> weights = networks[n].Weights(layer);
        take(name + ".weight", std::vector{weights.size() / columns, columns}, weights);
        take(name + ".bias", std::vector{columns}, networks[n].Bias(layer));
      }
    }
  }
}

lode::files::Tensors FittedPredictor::Tensors() {
  lode::files::Tensors tensors;
  lode::files::Tensor& examples = tensors["examples"];
  examples.shape = {examples_.size(), examples_.front().size()};
  for (const Architecture& example : examples_) {
    examples.values.insert(examples.values.end(), example.begin(), example.end());
  }
  lode::files::Tensor& scales = tensors["scales"];
  scales.shape = {input_scales_.size() + metric_scales_.size(), 2};
  for (const auto& list : {input_scales_, metric_scales_}) {
    for (const Scale& scale : list) {
      scales.values.push_back(static_cast<float>(scale.mean));
      scales.values.push_back(static_cast<float>(scale.deviation));
    }
  }
  ForEachTensor([&](const std::string& tensor, const std::vector<std::size_t>& shape,
                    std::span<const float> elements) {
    tensors[tensor] = {shape, {elements.begin(), elements.end()}};
  });
  return tensors;
}

// As floats, which a file has: a predictor that was read equals the one that was written.
FittedPredictor::Scale FittedPredictor::ScaleOf(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) { sum += v; }
  for (const double v : values) { squares += (v - sum / count) * (v - sum / count); }
  const auto mean = static_cast<float>(sum / count);
  const auto deviation = static_cast<float>(std::sqrt(squares / count));
  return {mean, deviation > 0 ? deviation : 1};
}

void FittedPredictor::LearnScales(const std::vector<Sample>& samples) {
  for (std::size_t i = 0; i < input_scales_.size(); ++i) {
    input_scales_[i] = ScaleOf(Column(samples, &Sample::inputs, i));
  }
  for (std::size_t i = 0; i < metric_scales_.size(); ++i) {
    metric_scales_[i] = ScaleOf(Column(samples, &Sample::values, i));
  }
}

void FittedPredictor::Encode(lode::ArchitectureView architecture, std::span<const double> inputs,
                             std::span<float> out) const {
  features_.Encode(architecture, out.first(features_.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto [mean, deviation] = input_scales_[i];
    out[features_.size() + i] = static_cast<float>((inputs[i] - mean) / deviation);
  }
}

void FittedPredictor::Predict(std::span<const Architecture> architectures,
                              std::span<const double> inputs, std::span<double> metrics) {
  InputTable table(features_.size() + input_scales_.size());
  for (const Architecture& a : architectures) { Encode(a, inputs, table.AppendRow()); }
  for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
    const auto predictions = ensembles_[metric].Predict(table);
    const auto [mean, deviation] = metric_scales_[metric];
    for (std::size_t i = 0; i < predictions.size(); ++i) {
      metrics[i * metrics_.size() + metric] = mean + deviation * predictions[i].mean;
    }
  }
}

std::vector<Fit> FittedPredictor::Compare(const std::vector<Sample>& samples) {
  std::vector<std::vector<double>> predicted(metrics_.size());
  std::vector<double> row(metrics_.size());
  for (const Sample& sample : samples) {
    Predict(std::span(&sample.architecture, 1), sample.inputs, row);
    for (std::size_t metric = 0; metric < row.size(); ++metric) {
      predicted[metric].push_back(row[metric]);
    }
  }
  std::vector<Fit> fits;
  for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
    const std::vector<double> measured = Column(samples, &Sample::values, metric);
    double errors = 0;
    for (std::size_t i = 0; i < measured.size(); ++i) {
      errors += std::abs(predicted[metric][i] - measured[i]);
    }
    fits.push_back({lode::statistics::SpearmanCorrelation(predicted[metric], measured),
                    errors / static_cast<double>(measured.size())});
  }
  return fits;
}

}  // namespace predictor
