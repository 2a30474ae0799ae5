#include "toolkit/predictors/ensemble.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace lode::predictors {

using networks::Mlp;

namespace {

constexpr std::size_t kStride = kernels::Padded(1);  // from one output to the next

// Decays of the authors' code, and the epsilon of Keras, which it uses.
networks::AdamSettings AdamAt(double learning_rate) { return {learning_rate, 0.9, 0.99, 1e-7}; }

Mlp MakeNetwork(std::size_t inputs, const Ensemble::Settings& settings) {
  std::vector<std::size_t> sizes = {inputs};
  sizes.insert(sizes.end(), settings.layers, settings.width);
  sizes.push_back(1);
  return {sizes, networks::Output::kIdentity};
}

void Shuffle(Random random, std::span<std::size_t> order) {
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.Below(i)]);
  }
}

Prediction Summarize(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) { sum += v; }
  for (const double v : values) { squares += (v - sum / count) * (v - sum / count); }
  return {sum / count, std::sqrt(squares / count)};
}

}  // namespace

double LossSlope(Loss loss, double error) {
  if (loss == Loss::kSquared) { return 2 * error; }
  return static_cast<double>(error > 0) - static_cast<double>(error < 0);
}

Ensemble::Ensemble(Host host, std::size_t inputs, const Settings& settings)
    : host_(host), settings_(settings), batch_(inputs) {}

void Ensemble::Fit(Random random, const InputTable& inputs, std::span<const double> targets,
                   const std::function<void(const FitProgress&)>& progress) {
  while (untrained_.size() < settings_.networks) {
    untrained_.push_back(MakeNetwork(inputs.columns(), settings_));
    untrained_.back().InitializeOrthogonal(random, 1);
  }
  networks_ = untrained_;
  for (std::size_t n = 0; n < networks_.size(); ++n) {
    Train(networks_[n], random, inputs, targets, [&](std::size_t epoch, std::size_t epochs) {
      if (progress) { progress({n, networks_.size(), epoch, epochs}); }
    });
  }
}

void Ensemble::Train(Mlp& network, Random random, const InputTable& inputs,
                     std::span<const double> targets,
                     const std::function<void(std::size_t, std::size_t)>& progress) {
  std::vector<std::size_t> order(inputs.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t batch = std::min(settings_.batch, order.size());
  const std::size_t batches = (order.size() + batch - 1) / batch;
  const std::size_t steps = std::min(settings_.epochs * batches, settings_.most_steps);
  for (std::size_t step = 0; step < steps; ++step) {
    const std::size_t first = step % batches * batch;
    if (first == 0) {
      host_.ThrowIfCancelled();
      progress(step / batches, (steps + batches - 1) / batches);
      Shuffle(random, order);
    }
    const std::size_t count = std::min(batch, order.size() - first);
    Descend(network, inputs, targets, std::span(order).subspan(first, count));
  }
}

void Ensemble::Descend(Mlp& network, const InputTable& inputs, std::span<const double> targets,
                       std::span<const std::size_t> rows) {
  batch_.Clear();
  for (const std::size_t row : rows) { batch_.AppendRow(inputs.Row(row)); }
  const std::span<const float> values = network.Forward(rows.size(), batch_.data());
  slopes_.assign(values.size(), 0.0f);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double error = values[i * kStride] - targets[rows[i]];
    slopes_[i * kStride] =
        static_cast<float>(LossSlope(settings_.loss, error) / static_cast<double>(rows.size()));
  }
  network.BackwardParameters(slopes_);
  network.Step(AdamAt(settings_.learning_rate));
}

std::span<Mlp> Ensemble::Restore() {
  networks_.clear();
  while (networks_.size() < settings_.networks) {
    networks_.push_back(MakeNetwork(inputs(), settings_));
  }
  return networks_;
}

std::vector<Prediction> Ensemble::Predict(const InputTable& inputs) {
  std::vector<std::vector<double>> values(inputs.rows());  // of each network
  for (Mlp& network : networks_) {
    const std::span<const float> outputs = network.Forward(inputs.rows(), inputs.data());
    for (std::size_t i = 0; i < values.size(); ++i) { values[i].push_back(outputs[i * kStride]); }
  }
  std::vector<Prediction> predictions;
  predictions.reserve(values.size());
  for (const std::vector<double>& of_one : values) { predictions.push_back(Summarize(of_one)); }
  return predictions;
}

}  // namespace lode::predictors
