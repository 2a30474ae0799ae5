#include "toolkit/networks/mlp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <lode/testing.hpp>
#include <span>
#include <vector>

namespace lode::networks {
namespace {

class MlpTest : public testing::Test {
 protected:
  lode::Random random() { return stream_.random(); }

  // Rows of `n` values in [-1, 1), padded with zeros.
  std::vector<float> Inputs(std::size_t batch, std::size_t n) {
    std::vector<float> x(batch * Padded(n));
    for (std::size_t i = 0; i < batch * n; ++i) {
      x[i / n * Padded(n) + i % n] = static_cast<float>(random().Uniform(-1, 1));
    }
    return x;
  }

 private:
  lode::test::RandomStream stream_{7, "mlp_test"};
};

// Calls `check` with each weight of the padded matrix, and whether it belongs to the padding.
void ForWeights(Mlp& mlp, std::size_t layer, const std::function<void(double, bool)>& check) {
  const std::span<const float> w = mlp.Weights(layer);
  for (std::size_t at = 0; at < w.size(); ++at) {
    const std::size_t in = at / mlp.Columns(layer);
    const std::size_t out = at % mlp.Columns(layer);
    check(static_cast<double>(w[at]), in >= mlp.size(layer) || out >= mlp.size(layer + 1));
  }
  const std::span<const float> bias = mlp.Bias(layer);
  for (std::size_t out = mlp.size(layer + 1); out < bias.size(); ++out) {
    check(static_cast<double>(bias[out]), true);
  }
}

void ExpectZeroPadding(Mlp& mlp) {
  for (std::size_t layer = 0; layer < mlp.layers(); ++layer) {
    ForWeights(mlp, layer, [](double value, bool padding) {
      if (padding) { EXPECT_EQ(value, 0); }
    });
  }
}

// The largest element of |W W^T - scale^2 I| or, for tall W, |W^T W - scale^2 I|.
double DistanceFromOrthogonal(Mlp& mlp, std::size_t layer, double scale) {
  const std::size_t in = mlp.size(layer), out = mlp.size(layer + 1);
  const auto vectors = std::min(in, out), length = std::max(in, out);
  const auto element = [&, w = mlp.Weights(layer)](std::size_t vector, std::size_t k) {
    return static_cast<double>(in <= out ? w[vector * mlp.Columns(layer) + k]
                                         : w[k * mlp.Columns(layer) + vector]);
  };
  double distance = 0;
  for (std::size_t a = 0; a < vectors; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double dot = a == b ? -scale * scale : 0;
      for (std::size_t k = 0; k < length; ++k) { dot += element(a, k) * element(b, k); }
      distance = std::max(distance, std::abs(dot));
    }
  }
  return distance;
}

// Layers 30 -> 128 (wide), 128 -> 128, 128 -> 30 (tall), and a first layer that is tall.
TEST_F(MlpTest, OrthogonalStart) {
  for (const std::size_t cells : {30u, 196u}) {
    Mlp mlp({cells, 128, 128, 128, cells}, Output::kSigmoid);
    mlp.InitializeOrthogonal(random(), 1e-3);
    for (std::size_t layer = 0; layer < mlp.layers(); ++layer) {
      const double scale = layer + 1 == mlp.layers() ? 1e-3 : 1;
      EXPECT_LT(DistanceFromOrthogonal(mlp, layer, scale), 1e-5 * scale * scale) << layer;
      for (const float bias : mlp.Bias(layer)) { EXPECT_EQ(bias, 0); }
    }
    ExpectZeroPadding(mlp);
  }
}

// A single output: its column is a unit vector times the scale.
TEST_F(MlpTest, OrthogonalStartOfOneOutput) {
  Mlp mlp({30, 128, 128, 128, 1}, Output::kIdentity);
  mlp.InitializeOrthogonal(random(), 0.5);
  EXPECT_LT(DistanceFromOrthogonal(mlp, 3, 0.5), 1e-5);
}

// The entries of a uniformly distributed orthogonal n x n matrix have mean 0 and variance 1/n.
TEST_F(MlpTest, OrthogonalStartHasNoPreferredDirection) {
  Mlp mlp({30, 128, 128, 128, 30}, Output::kSigmoid);
  mlp.InitializeOrthogonal(random(), 1);
  double diagonal = 0, sum = 0;
  for (std::size_t i = 0; i < 128; ++i) {
    diagonal += static_cast<double>(mlp.Weights(1)[i * 129]);
    for (std::size_t j = 0; j < 128; ++j) {
      sum += static_cast<double>(mlp.Weights(1)[i * 128 + j]);
    }
  }
  EXPECT_LT(std::abs(diagonal), 5);  // the trace's standard deviation is 1
  EXPECT_LT(std::abs(sum), 5 * std::sqrt(128));
}

TEST_F(MlpTest, UniformStart) {
  constexpr double kScale = 0.25;
  Mlp mlp({30, 128, 128, 128, 30}, Output::kSigmoid);
  mlp.InitializeUniform(random(), kScale);
  for (std::size_t layer = 0; layer < mlp.layers(); ++layer) {
    const double bound =
        (layer + 1 == mlp.layers() ? kScale : 1) / std::sqrt(static_cast<double>(mlp.size(layer)));
    std::vector<double> values;
    ForWeights(mlp, layer, [&](double value, bool padding) {
      if (!padding) { values.push_back(value / bound); }
    });
    for (const float bias : mlp.Bias(layer).first(mlp.size(layer + 1))) {
      EXPECT_NE(bias, 0);
      values.push_back(static_cast<double>(bias) / bound);
    }
    const auto n = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (const double value : values) {
      EXPECT_LE(std::abs(value), 1 + 1e-7);
      sum += value;
      squares += value * value;
    }
    EXPECT_LT(std::abs(sum / n), 5 * std::sqrt(1.0 / 3 / n)) << layer;
    EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n)) << layer;
    EXPECT_GT(*std::ranges::max_element(values), 0.98);
    EXPECT_LT(*std::ranges::min_element(values), -0.98);
  }
  ExpectZeroPadding(mlp);
}

// The same network in double precision, from its definition, with a loss that is linear in the
// outputs.
class Reference {
 public:
  Reference(Mlp& mlp, Output output) : output_(output) {
    for (std::size_t l = 0; l < mlp.layers(); ++l) {
      sizes_.push_back(mlp.size(l));
      columns_.push_back(mlp.Columns(l));
      weights_.emplace_back(mlp.Weights(l).begin(), mlp.Weights(l).end());
      biases_.emplace_back(mlp.Bias(l).begin(), mlp.Bias(l).end());
    }
    sizes_.push_back(mlp.outputs());
  }

  std::vector<double> Forward(std::vector<double> values) const {
    for (std::size_t l = 0; l < weights_.size(); ++l) {
      std::vector<double> next(sizes_[l + 1]);
      for (std::size_t o = 0; o < next.size(); ++o) {
        next[o] = biases_[l][o];
        for (std::size_t i = 0; i < sizes_[l]; ++i) {
          next[o] += values[i] * weights_[l][i * columns_[l] + o];
        }
        if (l + 1 < weights_.size()) { next[o] = std::max(next[o], 0.0); }
      }
      values = std::move(next);
    }
    if (output_ == Output::kSigmoid) {
      for (double& value : values) { value = 1 / (1 + std::exp(-value)); }
    }
    return values;
  }

  // Sum over the batch of d . outputs.
  double Loss(const std::vector<std::vector<double>>& x,
              const std::vector<std::vector<double>>& d) const {
    double loss = 0;
    for (std::size_t b = 0; b < x.size(); ++b) {
      const std::vector<double> y = Forward(x[b]);
      for (std::size_t o = 0; o < y.size(); ++o) { loss += d[b][o] * y[o]; }
    }
    return loss;
  }

  double& weight(std::size_t layer, std::size_t at) { return weights_[layer][at]; }
  double& bias(std::size_t layer, std::size_t at) { return biases_[layer][at]; }

 private:
  Output output_;
  std::vector<std::size_t> sizes_, columns_;
  std::vector<std::vector<double>> weights_, biases_;
};

// The central difference of `loss` in `value`.
double Slope(double& value, const std::function<double()>& loss) {
  constexpr double kStep = 1e-6;
  const double before = value;
  value = before + kStep;
  const double above = loss();
  value = before - kStep;
  const double below = loss();
  value = before;
  return (above - below) / (2 * kStep);
}

std::vector<std::vector<double>> RowsOf(std::span<const float> padded, std::size_t n) {
  std::vector<std::vector<double>> rows;
  for (std::size_t at = 0; at < padded.size(); at += Padded(n)) {
    const auto row = padded.subspan(at, n);
    rows.emplace_back(row.begin(), row.end());
  }
  return rows;
}

class MlpGradientTest : public MlpTest, public testing::WithParamInterface<Output> {
 protected:
  MlpGradientTest() { mlp_.InitializeUniform(random(), 1); }

  static constexpr std::size_t kBatch = 3, kIn = 5, kWidth = 19, kOut = 4;
  Mlp mlp_{{kIn, kWidth, kWidth, kWidth, kOut}, GetParam()};
};

TEST_P(MlpGradientTest, ForwardAgreesWithItsDefinition) {
  const std::vector<float> x = Inputs(kBatch, kIn);
  const auto outputs = RowsOf(mlp_.Forward(kBatch, x.data()), kOut);
  const auto inputs = RowsOf(x, kIn);
  const Reference reference(mlp_, GetParam());
  for (std::size_t b = 0; b < kBatch; ++b) {
    const std::vector<double> expected = reference.Forward(inputs[b]);
    for (std::size_t o = 0; o < kOut; ++o) { EXPECT_NEAR(outputs[b][o], expected[o], 1e-6); }
  }
}

TEST_P(MlpGradientTest, AgreesWithFiniteDifferences) {
  const std::vector<float> x = Inputs(kBatch, kIn);
  const std::vector<float> d = Inputs(kBatch, kOut);
  auto inputs = RowsOf(x, kIn);
  const auto slopes = RowsOf(d, kOut);
  Reference reference(mlp_, GetParam());
  const auto loss = [&] { return reference.Loss(inputs, slopes); };

  mlp_.Forward(kBatch, x.data());
  mlp_.BackwardParameters(d);
  for (std::size_t l = 0; l < mlp_.layers(); ++l) {
    for (std::size_t o = 0; o < mlp_.size(l + 1); ++o) {
      EXPECT_NEAR(mlp_.BiasGradient(l)[o], Slope(reference.bias(l, o), loss), 2e-6);
      for (std::size_t i = 0; i < mlp_.size(l); ++i) {
        const std::size_t at = i * mlp_.Columns(l) + o;
        EXPECT_NEAR(mlp_.WeightGradient(l)[at], Slope(reference.weight(l, at), loss), 2e-6);
      }
    }
  }
  const auto dx = RowsOf(mlp_.BackwardInputs(d), kIn);
  for (std::size_t b = 0; b < kBatch; ++b) {
    for (std::size_t i = 0; i < kIn; ++i) {
      EXPECT_NEAR(dx[b][i], Slope(inputs[b][i], loss), 2e-6);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Outputs, MlpGradientTest,
                         testing::Values(Output::kIdentity, Output::kSigmoid),
                         [](const auto& info) {
                           return info.param == Output::kSigmoid ? "Sigmoid" : "Identity";
                         });

TEST_F(MlpTest, PaddingStaysZeroAndTheLossFalls) {
  Mlp mlp({30, 40, 40, 7}, Output::kSigmoid);
  mlp.InitializeUniform(random(), 1);
  const std::vector<float> x = Inputs(5, 30);
  std::vector<float> d(5 * Padded(7));
  double first = 0, last = 0;
  for (int step = 0; step < 500; ++step) {
    const std::span<const float> y = mlp.Forward(5, x.data());
    last = 0;
    for (std::size_t i = 0; i < d.size(); ++i) {  // 1/2 sum (y - 0.1)^2, without the padding
      const float error = i % Padded(7) < 7 ? y[i] - 0.1f : 0;
      d[i] = error;
      last += static_cast<double>(error * error / 2);
    }
    first = step == 0 ? last : first;
    mlp.BackwardParameters(d);
    mlp.Step({1e-3, 0.9, 0.99, 1e-8});
  }
  EXPECT_LT(last, 0.01 * first);
  ExpectZeroPadding(mlp);
}

}  // namespace
}  // namespace lode::networks
