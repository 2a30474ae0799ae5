// An optimizer that trains a relaxed network: gradient descent on a softmax, with momentum and
// noise, so that everything that must be restored matters.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <lode/math.hpp>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

class Descent {
 public:
  struct Config {
    double rate = 0.3;
    double noise = 0.01;
  };
  static lode::Params<Config> Parameters() {
    return {{"rate", &Config::rate, "Learning rate.", lode::Range{0, 1}},
            {"noise", &Config::noise, "Deviation of the noise.", lode::Range{0, 1}}};
  }
  Descent(lode::Host host, const Config& config) : host_(host), config_(config) {}

  void Bind(const lode::Space& space) {
    matrices_ = space.matrices();
    logits_.assign(space.cells(), 0);
    moments_ = logits_;
  }
  void Connect(lode::RelaxedNetwork& network) { network_ = &network; }
  lode::Action Ask() {
    if (epoch_ == 0) { network_->Restart({.seed = host_.Random().Next()}); }
    const std::uint64_t batches = network_->Info().training_batches;
    double loss = 0;
    for (std::uint64_t b = epoch_ * batches; b < (epoch_ + 1) * batches; ++b) {
      Move(b);
      const std::vector<double> mixture = Mixture();
      loss += network_->Step({.number = b, .mixture = std::span(mixture)}).loss;
    }
    ++epoch_;
    host_.Record("loss", loss);
    const std::vector<double> mixture = Mixture();
    return {mixture.begin(), mixture.end()};
  }
  void Tell(const lode::Trial& trial) {
    if (!trial.failed) { logits_[0] += 1e-3 * trial.reward; }
  }
  void Save(lode::Writer& writer) const {
    writer.Value(epoch_);
    writer.Values(std::span(logits_));
    writer.Values(std::span(moments_));
  }
  void Load(lode::Reader& reader) {
    const auto epoch = reader.Value<std::uint64_t>();
    std::vector<double> logits(logits_.size()), moments(moments_.size());
    for (auto* values : {&logits, &moments}) {
      reader.Values(std::span(*values));
      for (const double value : *values) {
        if (!(std::abs(value) < 1e3)) { throw lode::IoError("the saved state is damaged"); }
      }
    }
    epoch_ = epoch;
    logits_ = logits;
    moments_ = moments;
  }

 protected:
  std::vector<double> Mixture() const {
    std::vector<double> mixture;
    for (const lode::Matrix& matrix : matrices_) {
      for (std::size_t row = 0; row < matrix.rows(); ++row) {
        double sum = 0;
        const std::size_t first = mixture.size();
        for (std::size_t c = first; c < first + matrix.columns(); ++c) {
          mixture.push_back(lode::math::Exp(logits_[c]));
          sum += mixture.back();
        }
        for (std::size_t c = first; c < mixture.size(); ++c) { mixture[c] /= sum; }
      }
    }
    return mixture;
  }
  void Move(std::uint64_t batch) {
    const std::vector<double> mixture = Mixture();
    std::vector<double> gradient(mixture.size());
    network_->Measure({.split = LODE_SPLIT_VALIDATION,
                       .number = batch,
                       .mixture = std::span(mixture),
                       .gradient = std::span(gradient)});
    for (std::size_t c = 0; c < logits_.size(); ++c) {
      moments_[c] = 0.9 * moments_[c] + gradient[c] * mixture[c];
      logits_[c] -= config_.rate * moments_[c] + config_.noise * host_.Random().Normal();
    }
  }

  lode::Host host_;
  Config config_;
  std::vector<lode::Matrix> matrices_;
  lode::RelaxedNetwork* network_ = nullptr;
  std::uint64_t epoch_ = 0;
  std::vector<double> logits_, moments_;
};
