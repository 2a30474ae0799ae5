#include "toolkit/mixtures/logits.h"

#include <algorithm>
#include <cmath>
#include <lode/math.hpp>

namespace lode::mixtures {
namespace {

constexpr double kEpsilon = 1e-8;
constexpr double kLargest = 1e6;  // of a number that training can lead to

void ReadInto(Reader& reader, std::vector<double>& values) {
  reader.Values(std::span(values));
  if (std::ranges::any_of(values, [](double v) { return !(std::abs(v) < kLargest); })) {
    throw IoError("the saved logits are damaged");
  }
}

}  // namespace

Logits::Logits(Relaxation relaxation, const AdamConfig& adam)
    : relaxation_(std::move(relaxation)),
      adam_(adam),
      values_(relaxation_.size()),
      first_(values_),
      second_(values_) {}

void Logits::Initialize(Random random, double deviation) {
  for (double& value : values_) { value = deviation * random.Normal(); }
  std::ranges::fill(first_, 0);
  std::ranges::fill(second_, 0);
  steps_ = 0;
}

void Logits::Descend(std::span<const double> gradient) {
  ++steps_;
  const double scale1 = 1 - math::Pow(adam_.beta1, static_cast<double>(steps_));
  const double scale2 = 1 - math::Pow(adam_.beta2, static_cast<double>(steps_));
  for (std::size_t c = 0; c < values_.size(); ++c) {
    const double g = gradient[c] + adam_.weight_decay * values_[c];
    first_[c] = adam_.beta1 * first_[c] + (1 - adam_.beta1) * g;
    second_[c] = adam_.beta2 * second_[c] + (1 - adam_.beta2) * g * g;
    values_[c] -=
        adam_.learning_rate * (first_[c] / scale1) / (std::sqrt(second_[c] / scale2) + kEpsilon);
  }
}

void Logits::Subtract(std::span<const double> amounts, double rate) {
  for (std::size_t c = 0; c < values_.size(); ++c) { values_[c] -= rate * amounts[c]; }
}

void Logits::Save(Writer& writer) const {
  writer.Value(steps_);
  for (const auto* values : {&values_, &first_, &second_}) { writer.Values(std::span(*values)); }
}

void Logits::Load(Reader& reader) {
  Logits read = *this;
  read.steps_ = reader.Value<std::uint64_t>();
  for (auto* values : {&read.values_, &read.first_, &read.second_}) { ReadInto(reader, *values); }
  if (std::ranges::any_of(read.second_, [](double v) { return v < 0; })) {
    throw IoError("the saved logits are damaged");
  }
  *this = std::move(read);
}

}  // namespace lode::mixtures
