#include "toolkit/training/schedule.h"

#include <cmath>
#include <numbers>

namespace lode::training {

double Schedule::LearningRate(std::uint64_t step) const {
  if (step < warm_up_steps) {
    return peak * static_cast<double>(step + 1) / static_cast<double>(warm_up_steps);
  }
  const std::uint64_t fallen = (step - warm_up_steps) / period * period;
  const double done = static_cast<double>(fallen) / static_cast<double>(steps - warm_up_steps);
  const double left = linear ? 1 - done : (1 + std::cos(std::numbers::pi * done)) / 2;
  return end + (peak - end) * left;
}

}  // namespace lode::training
