#include "toolkit/networks/mlp.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace lode::networks {
namespace {

float Sigmoid(float x) {
  return static_cast<float>(1.0 / (1.0 + lode::math::Exp(-static_cast<double>(x))));
}

using Rows = std::vector<std::vector<double>>;

void SubtractProjection(std::vector<double>& row, const std::vector<double>& onto) {
  double dot = 0;
  for (std::size_t i = 0; i < row.size(); ++i) { dot += row[i] * onto[i]; }
  for (std::size_t i = 0; i < row.size(); ++i) { row[i] -= dot * onto[i]; }
}

void Normalize(std::vector<double>& row) {
  double squares = 0;
  for (const double x : row) { squares += x * x; }
  for (double& x : row) { x /= std::sqrt(squares); }
}

// Returns `count` orthonormal rows of `length` >= count: Gram-Schmidt on Gaussian rows, each
// orthogonalized twice because of rounding. This is the Q of a QR decomposition with a positive
// diagonal, so Q is uniformly distributed.
Rows OrthonormalRows(lode::Random random, std::size_t count, std::size_t length) {
  Rows rows(count, std::vector<double>(length));
  for (std::size_t r = 0; r < count; ++r) {
    std::ranges::generate(rows[r], [&] { return random.Normal(); });
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t before = 0; before < r; ++before) {
        SubtractProjection(rows[r], rows[before]);
      }
      Normalize(rows[r]);
    }
  }
  return rows;
}

}  // namespace

AdamScales ScalesAt(const AdamSettings& s, std::uint64_t step) {
  const auto t = static_cast<double>(step);
  return {static_cast<float>(s.beta1),
          static_cast<float>(1 - s.beta1),
          static_cast<float>(s.beta2),
          static_cast<float>(1 - s.beta2),
          static_cast<float>(s.learning_rate / (1 - lode::math::Pow(s.beta1, t))),
          static_cast<float>(1 / std::sqrt(1 - lode::math::Pow(s.beta2, t))),
          static_cast<float>(s.epsilon)};
}

Mlp::Mlp(std::vector<std::size_t> sizes, Output output, const lode::kernels::KernelSet& kernels)
    : sizes_(std::move(sizes)),
      output_(output),
      kernels_(&kernels),
      activations_(layers()),
      deltas_(sizes_.size()) {
  std::size_t total = 0;
  for (std::size_t l = 0; l < layers(); ++l) {
    offsets_.push_back(total);
    total += WeightCount(l) + Columns(l);
  }
  for (auto* values : {&parameters_, &first_moment_, &second_moment_}) {
    values->assign(total, 0.0f);
  }
}

std::span<float> Mlp::Weights(std::size_t layer) {
  return std::span(parameters_).subspan(offsets_[layer], WeightCount(layer));
}

std::span<float> Mlp::Bias(std::size_t layer) {
  return std::span(parameters_).subspan(offsets_[layer] + WeightCount(layer), Columns(layer));
}

std::pair<std::vector<float>, std::vector<float>> Mlp::Gradient(std::size_t layer) const {
  std::vector<float> dw(WeightCount(layer)), dbias(Columns(layer));
  kernels_->parameter_gradient(batch_, Padded(sizes_[layer]), Columns(layer), LayerInput(layer),
                               deltas_[layer + 1].data(), dw.data(), dbias.data());
  return {std::move(dw), std::move(dbias)};
}

void Mlp::InitializeUniform(lode::Random random, double output_scale) {
  for (std::size_t l = 0; l < layers(); ++l) {
    const double scale = l + 1 == layers() ? output_scale : 1;
    const double bound = 1 / std::sqrt(static_cast<double>(sizes_[l]));
    const auto draw = [&] { return static_cast<float>(scale * random.Uniform(-bound, bound)); };
    for (std::size_t i = 0; i < sizes_[l]; ++i) {
      std::ranges::generate(Weights(l).subspan(i * Columns(l), sizes_[l + 1]), draw);
    }
    std::ranges::generate(Bias(l).first(sizes_[l + 1]), draw);
  }
}

void Mlp::InitializeOrthogonal(lode::Random random, double output_scale) {
  for (std::size_t l = 0; l < layers(); ++l) {
    const double scale = l + 1 == layers() ? output_scale : 1;
    const std::size_t in = sizes_[l];
    const std::size_t out = sizes_[l + 1];
    const Rows rows = OrthonormalRows(random, std::min(in, out), std::max(in, out));
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t o = 0; o < out; ++o) {
        Weights(l)[i * Columns(l) + o] =
            static_cast<float>(scale * (in <= out ? rows[i][o] : rows[o][i]));
      }
    }
    std::ranges::fill(Bias(l), 0.0f);
  }
}

std::span<const float> Mlp::Forward(std::size_t batch, const float* x) {
  batch_ = batch;
  x_ = x;
  for (std::size_t l = 0; l < layers(); ++l) {
    auto& y = activations_[l];
    y.resize(batch * Columns(l));
    kernels_->affine(batch, Padded(sizes_[l]), Columns(l), LayerInput(l), Weights(l).data(),
                     Bias(l).data(), y.data());
    if (l + 1 < layers()) {
      std::ranges::transform(y, y.begin(), [](float a) { return a > 0 ? a : 0; });
    } else if (output_ == Output::kSigmoid) {
      std::ranges::transform(y, y.begin(), Sigmoid);
    }
  }
  return activations_.back();
}

void Mlp::BackwardParameters(std::span<const float> d_output) { Backpropagate(d_output, false); }

std::span<const float> Mlp::BackwardInputs(std::span<const float> d_output) {
  Backpropagate(d_output, true);
  return deltas_[0];
}

// Computes the loss's gradient in every layer's outputs and, with `inputs`, in the network's
// inputs.
void Mlp::Backpropagate(std::span<const float> d_output, bool inputs) {
  auto& last = deltas_.back();
  last.assign(d_output.begin(), d_output.end());
  if (output_ == Output::kSigmoid) {
    const auto& y = activations_.back();
    for (std::size_t i = 0; i < last.size(); ++i) { last[i] *= y[i] * (1 - y[i]); }
  }
  for (std::size_t l = layers(); l-- > (inputs ? 0u : 1u);) {
    const std::size_t in = Padded(sizes_[l]);
    deltas_[l].resize(batch_ * in);
    kernels_->input_gradient(batch_, in, Columns(l), deltas_[l + 1].data(), Weights(l).data(),
                             deltas_[l].data());
    if (l > 0) { MaskInactive(l); }
  }
}

// ReLU passes no gradient where its input was not above zero.
void Mlp::MaskInactive(std::size_t layer) {
  const auto& y = activations_[layer - 1];
  auto& delta = deltas_[layer];
  for (std::size_t i = 0; i < delta.size(); ++i) { delta[i] = y[i] > 0 ? delta[i] : 0; }
}

void Mlp::Step(const AdamSettings& settings) {
  const AdamScales scales = ScalesAt(settings, ++steps_);
  for (std::size_t l = 0; l < layers(); ++l) {
    kernels_->descend(batch_, Padded(sizes_[l]), Columns(l), LayerInput(l), deltas_[l + 1].data(),
                      scales, first_moment_.data() + offsets_[l],
                      second_moment_.data() + offsets_[l], parameters_.data() + offsets_[l]);
  }
}

// FNV-1a over the words: detects bytes that were changed in storage.
std::uint64_t Mlp::Checksum() const {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&](std::uint64_t word) { hash = (hash ^ word) * 0x100000001b3u; };
  add(steps_);
  for (const auto* values : {&parameters_, &first_moment_, &second_moment_}) {
    for (const float value : *values) { add(std::bit_cast<std::uint32_t>(value)); }
  }
  return hash;
}

void Mlp::Save(lode::Writer& writer) const {
  writer.Value(steps_);
  for (const auto* values : {&parameters_, &first_moment_, &second_moment_}) {
    writer.Values(std::span<const float>(*values));
  }
  writer.Value(Checksum());
}

void Mlp::Load(lode::Reader& reader) {
  steps_ = reader.Value<std::uint64_t>();
  for (auto* values : {&parameters_, &first_moment_, &second_moment_}) {
    reader.Values(std::span<float>(*values));
  }
  if (reader.Value<std::uint64_t>() != Checksum()) {
    throw lode::InvalidError("the saved networks are damaged: their checksum does not match");
  }
}

}  // namespace lode::networks
