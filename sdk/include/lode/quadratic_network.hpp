// lode/quadratic_network.hpp - a relaxed network whose losses and gradients are known in closed
// form, for tests of optimizers that train one, and of hosts. Header-only.
// SPDX-License-Identifier: Apache-2.0
//
// Each cell c has one weight w. Row r of the matrices (a decision) outputs
//
//   y_r = depth * sum over its cells of m_c k_c w_c,        m: the mixture
//
// and the loss of a batch is the sum over the rows of (y_r - t_r)^2 / 2, where the targets t in
// [-1, 1) are pseudo-random numbers of the seed, the split and the number of the batch, and so are
// the first weights. k is 1, except in steps with skip_dropout: then the first cell of each row,
// which stands for a skip connection, is dropped (0) or scaled by 1 / (1 - rate). The accuracy is
// the fraction of rows with |y_r - t_r| < 1/2. Steps are those of gradient descent with momentum:
//
//   v = momentum * v + dL/dw,    w = w - rate / (depth^2 (1 + epoch of the batch)) * v
//
// Depth squared is how the curvature grows, so that steps converge in networks of any depth.
#ifndef LODE_QUADRATIC_NETWORK_HPP_
#define LODE_QUADRATIC_NETWORK_HPP_

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <lode/plugin.hpp>
#include <span>
#include <vector>

namespace lode::test {

struct QuadraticSettings {
  std::uint64_t training_batches = 3;
  std::uint64_t validation_batches = 2;
  double rate = 0.1;
  double momentum = 0.9;
};

class QuadraticNetwork : public RelaxedNetwork {
 public:
  using Settings = QuadraticSettings;

  explicit QuadraticNetwork(const std::vector<Matrix>& matrices, const Settings& settings = {})
      : settings_(settings) {
    for (const Matrix& m : matrices) {
      for (std::size_t row = 0; row < m.rows(); ++row) {
        row_of_.insert(row_of_.end(), m.columns(), rows_++);
      }
    }
  }

  RelaxedInfo Info() const override {
    return {settings_.training_batches, settings_.validation_batches, true, true, true, true};
  }
  void Restart(const RelaxedStart& start) override {
    seed_ = start.seed;
    depth_ = start.depth == 0 ? 1 : start.depth;
    skip_dropout_ = start.skip_dropout;
    allowed_.assign(row_of_.size(), 1);
    if (!start.operations.empty()) {
      allowed_.assign(start.operations.begin(), start.operations.end());
    }
    weights_.clear();
    for (std::size_t c = 0; c < row_of_.size(); ++c) { weights_.push_back(Number(kWeights, 0, c)); }
    velocity_.assign(row_of_.size(), 0);
  }
  RelaxedResult Step(const RelaxedBatch& batch) override {
    const Pass pass = Run(batch, weights_, Kept(batch.number));
    FillGradient(batch, pass, weights_, pass.sums);
    const std::vector<double> gradient = WeightGradient(batch, pass);
    const double rate = RateOf(batch.number);
    for (std::size_t c = 0; c < weights_.size(); ++c) {
      if (batch.mixture[c] == 0) { continue; }
      velocity_[c] = settings_.momentum * velocity_[c] + gradient[c];
      weights_[c] -= rate * velocity_[c];
    }
    return pass.result;
  }
  RelaxedResult Measure(const RelaxedBatch& batch) override {
    const std::vector<double> all(row_of_.size(), 1);
    if (batch.unrolled) { return MeasureUnrolled(batch, all); }
    const Pass pass = Run(batch, weights_, all);
    FillGradient(batch, pass, weights_, pass.sums);
    return pass.result;
  }

  void Save(Writer& writer) const {
    writer.Value(seed_);
    writer.Value(depth_);
    writer.Value(skip_dropout_);
    for (const auto* values : {&weights_, &velocity_}) { writer.Values(std::span(*values)); }
    writer.Values(std::span(allowed_));
  }
  void Load(Reader& reader) {
    QuadraticNetwork read = *this;
    read.Restart({});
    read.seed_ = reader.Value<std::uint64_t>();
    read.depth_ = reader.Value<std::uint32_t>();
    read.skip_dropout_ = reader.Value<double>();
    for (auto* values : {&read.weights_, &read.velocity_}) { reader.Values(std::span(*values)); }
    reader.Values(std::span(read.allowed_));
    *this = read;
  }

  const std::vector<double>& weights() const { return weights_; }
  std::size_t row_of(std::size_t cell) const { return row_of_[cell]; }
  double Target(lode_split split, std::uint64_t batch, std::size_t row) const {
    return Number(static_cast<std::uint64_t>(split), batch, row);
  }
  double RateOf(std::uint64_t batch) const {
    const std::uint64_t epoch = batch / settings_.training_batches;
    return settings_.rate / (static_cast<double>(1 + epoch) * depth_ * depth_);
  }

 private:
  static constexpr std::uint64_t kWeights = 16, kDropout = 17;  // beside the splits

  // A forward pass: the loss's gradient with respect to each row's sum of m_c k_c w_c.
  struct Pass {
    RelaxedResult result{};
    std::vector<double> sums{}, kept{};
  };

  // Uniform on [-1, 1), by SplitMix64 (Steele et al., OOPSLA 2014, fig. 17).
  double Number(std::uint64_t kind, std::uint64_t batch, std::size_t place) const {
    std::uint64_t x = seed_;
    for (const std::uint64_t next : {kind, batch, static_cast<std::uint64_t>(place)}) {
      x = (x ^ next) + 0x9e3779b97f4a7c15;
      x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
      x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
      x ^= x >> 31;
    }
    return static_cast<double>(x >> 11) * 0x1p-52 - 1;
  }

  std::vector<double> Kept(std::uint64_t batch) const {
    std::vector<double> kept(row_of_.size(), 1);
    for (std::size_t c = 0; c < kept.size() && skip_dropout_ > 0; ++c) {
      if (c > 0 && row_of_[c] == row_of_[c - 1]) { continue; }
      const bool drops = (Number(kDropout, batch, c) + 1) / 2 < skip_dropout_;
      kept[c] = drops ? 0 : 1 / (1 - skip_dropout_);
    }
    return kept;
  }

  void RequireReady(const RelaxedBatch& batch) const {
    if (weights_.empty()) { throw InvalidError("the network was not started"); }
    for (std::size_t c = 0; c < allowed_.size(); ++c) {
      if (allowed_[c] == 0 && batch.mixture[c] != 0) {
        throw InvalidError("the mixture uses an operation that the network was started without");
      }
    }
  }

  Pass Run(const RelaxedBatch& batch, const std::vector<double>& weights,
           const std::vector<double>& kept) const {
    RequireReady(batch);
    Pass pass{{}, std::vector<double>(rows_), kept};
    for (std::size_t c = 0; c < weights.size(); ++c) {
      pass.sums[row_of_[c]] += batch.mixture[c] * kept[c] * weights[c];
    }
    for (std::size_t row = 0; row < rows_; ++row) {
      const double error = depth_ * pass.sums[row] - Target(batch.split, batch.number, row);
      pass.result.loss += error * error / 2;
      pass.result.accuracy += (std::abs(error) < 0.5 ? 1 : 0) / static_cast<double>(rows_);
      pass.sums[row] = error * depth_;
    }
    return pass;
  }

  std::vector<double> WeightGradient(const RelaxedBatch& batch, const Pass& pass) const {
    std::vector<double> gradient;
    for (std::size_t c = 0; c < row_of_.size(); ++c) {
      gradient.push_back(pass.sums[row_of_[c]] * batch.mixture[c] * pass.kept[c]);
    }
    return gradient;
  }

  // `sums`: the gradient that absent cells get with kOutputSum.
  void FillGradient(const RelaxedBatch& batch, const Pass& pass, const std::vector<double>& weights,
                    const std::vector<double>& sums) const {
    for (std::size_t c = 0; c < batch.gradient.size(); ++c) {
      const double sum = sums[row_of_[c]];
      batch.gradient[c] = pass.sums[row_of_[c]] * pass.kept[c] * weights[c];
      if (batch.mixture[c] != 0 || batch.absent == Absent::kExact) { continue; }
      batch.gradient[c] = batch.absent == Absent::kOutputSum ? sum : 0;
    }
  }

  // With g = dL_train/dw = s_r m_c, where s is the gradient of the sum, w' = w - rate g and
  // v = dL/dw' (w'): the product of d2 L_train / dm_c dw_k with v is
  // depth^2 w_c sum_k m_k v_k + s_r v_c.
  RelaxedResult MeasureUnrolled(const RelaxedBatch& batch, const std::vector<double>& all) const {
    RelaxedBatch inner = batch;
    inner.split = LODE_SPLIT_TRAIN;
    inner.number = batch.unrolled->inner;
    const double rate = batch.unrolled->rate > 0 ? batch.unrolled->rate : RateOf(inner.number);
    const Pass before = Run(inner, weights_, all);
    const std::vector<double> gradient = WeightGradient(inner, before);
    std::vector<double> moved = weights_;
    for (std::size_t c = 0; c < moved.size(); ++c) { moved[c] -= rate * gradient[c]; }
    const Pass after = Run(batch, moved, all);
    const std::vector<double> v = WeightGradient(batch, after);
    FillGradient(batch, after, moved, after.sums);
    Subtract(batch, rate, before, v);
    return after.result;
  }

  void Subtract(const RelaxedBatch& batch, double rate, const Pass& before,
                const std::vector<double>& v) const {
    std::vector<double> products(rows_);
    for (std::size_t c = 0; c < v.size(); ++c) { products[row_of_[c]] += batch.mixture[c] * v[c]; }
    for (std::size_t c = 0; c < batch.gradient.size(); ++c) {
      if (batch.mixture[c] == 0 && batch.absent != Absent::kExact) { continue; }
      const std::size_t row = row_of_[c];
      batch.gradient[c] -=
          rate * (depth_ * depth_ * weights_[c] * products[row] + before.sums[row] * v[c]);
    }
  }

  Settings settings_;
  std::size_t rows_ = 0;
  std::vector<std::size_t> row_of_;  // of each cell
  std::uint64_t seed_ = 0;
  std::uint32_t depth_ = 1;
  double skip_dropout_ = 0;
  std::vector<std::uint8_t> allowed_;
  std::vector<double> weights_, velocity_;
};

}  // namespace lode::test

#endif  // LODE_QUADRATIC_NETWORK_HPP_
