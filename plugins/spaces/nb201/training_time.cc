#include "plugins/spaces/nb201/training_time.h"

#include <array>
#include <stdexcept>
#include <string>

namespace nb201 {
namespace {

// Seconds for a fixed number of images: for the network with `none` on all edges, and the
// additional time of each other operation on one edge.
struct Fit {
  double base;
  std::array<double, kOperations> each;  // by Operation
};
constexpr Fit kTrain50000 = {7.1783, {0, -0.3844, 3.4544, 4.5343, 1.6355}};     // R^2 0.9952
constexpr Fit kEvaluate10000 = {0.8432, {0, -0.0245, 0.0980, 0.2121, 0.0692}};  // R^2 0.9799

double Seconds(const Fit& fit, const Cell& cell) {
  double seconds = fit.base;
  for (const Operation operation : cell) { seconds += fit.each.at(operation); }
  return seconds;
}

struct Images {
  std::string_view dataset;
  double train, validation;
};
constexpr std::array<Images, 3> kImages = {
    {{"cifar10", 25000, 25000}, {"cifar100", 50000, 5000}, {"imagenet16", 151700, 3000}}};

const Images& ImagesOf(std::string_view dataset) {
  for (const Images& images : kImages) {
    if (images.dataset == dataset) { return images; }
  }
  throw std::out_of_range("no data set " + std::string(dataset));
}

}  // namespace

double TrainingSeconds(const Cell& cell, std::string_view dataset, std::int64_t epochs) {
  const Images& images = ImagesOf(dataset);
  return static_cast<double>(epochs) * images.train / 50000 * Seconds(kTrain50000, cell) +
         images.validation / 10000 * Seconds(kEvaluate10000, cell);
}

}  // namespace nb201
