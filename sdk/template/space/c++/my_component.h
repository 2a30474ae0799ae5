// The search space "my_component": a chain of layers of one width, each with an operation.
#pragma once

#include <cstdint>
#include <lode/choices.hpp>
#include <string>
#include <vector>

// The decisions are independent, each from a list of values. That is all lode::ChoiceSpace needs to
// draw, mutate, write and read architectures. Any other space is a class with the methods that
// lode/plugin.hpp lists above lode::SpaceComponent. Const methods are called from several threads.
class MyComponent : public lode::ChoiceSpace {
 public:
  struct Config {
    std::int64_t layers = 6;
  };
  static lode::Params<Config> Parameters() {
    return {{"layers", &Config::layers, "Number of layers.", lode::Range{1, 100}}};
  }

  MyComponent(lode::Host, const Config& config) : lode::ChoiceSpace(Decisions(config)) {}

  // Metrics that follow from an architecture alone; optional.
  std::vector<lode::Metric> Metrics() const {
    return {{"params", "count", "Weights of the convolutions.", LODE_MINIMIZE}};
  }
  void Measure(lode::ArchitectureView architecture, std::span<double> metrics) const {
    constexpr double kKernelSizes[] = {0, 1, 9};  // of the operations
    std::vector<std::size_t> choices = ChoicesOf(architecture);
    const double width = std::stod(decisions().back().values[choices.back()]);
    choices.pop_back();
    metrics[0] = 0;
    for (const std::size_t operation : choices) {
      metrics[0] += kKernelSizes[operation] * width * width;
    }
  }

 private:
  static std::vector<lode::Decision> Decisions(const Config& config) {
    std::vector<lode::Decision> decisions;
    for (std::int64_t i = 1; i <= config.layers; ++i) {
      decisions.push_back({"layer " + std::to_string(i), {"skip", "conv_1x1", "conv_3x3"}});
    }
    decisions.push_back({"width", {"16", "32", "64"}});
    return decisions;
  }
};
