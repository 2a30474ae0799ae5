#include "toolkit/mixtures/adam.h"

#include <algorithm>
#include <cmath>
#include <lode/math.hpp>
#include <utility>

namespace lode::mixtures {

void ReadTrained(Reader& reader, std::span<double> values) {
  constexpr double kLargest = 1e6;
  reader.Values(values);
  if (std::ranges::any_of(values, [](double v) { return !(std::abs(v) < kLargest); })) {
    throw IoError("the saved numbers of a training are damaged");
  }
}

void Adam::Descend(std::span<const double> gradient, std::span<double> values) {
  ++steps_;
  const double scale1 = 1 - math::Pow(config_.beta1, static_cast<double>(steps_));
  const double scale2 = 1 - math::Pow(config_.beta2, static_cast<double>(steps_));
  for (std::size_t c = 0; c < values.size(); ++c) {
    const double g = gradient[c] + config_.weight_decay * values[c];
    first_[c] = config_.beta1 * first_[c] + (1 - config_.beta1) * g;
    second_[c] = config_.beta2 * second_[c] + (1 - config_.beta2) * g * g;
    values[c] -= config_.learning_rate * (first_[c] / scale1) /
                 (std::sqrt(second_[c] / scale2) + config_.epsilon);
  }
}

void Adam::Save(Writer& writer) const {
  writer.Value(steps_);
  for (const auto* values : {&first_, &second_}) { writer.Values(std::span(*values)); }
}

void Adam::Load(Reader& reader) {
  Adam read = *this;
  read.steps_ = reader.Value<std::uint64_t>();
  for (auto* values : {&read.first_, &read.second_}) { ReadTrained(reader, *values); }
  if (std::ranges::any_of(read.second_, [](double v) { return v < 0; })) {
    throw IoError("the saved moments are damaged");
  }
  *this = std::move(read);
}

}  // namespace lode::mixtures
