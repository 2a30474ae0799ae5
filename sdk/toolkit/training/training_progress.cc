#include "toolkit/training/training_progress.h"

#include <cmath>
#include <cstdio>
#include <utility>

namespace lode::training {
namespace {

constexpr double kSecond = 1000;  // ms
constexpr double kWindow = 5 * kSecond;

// Three digits are enough for a slow training.
std::string FormatRate(double rate) {
  char text[32];
  std::snprintf(text, sizeof text, rate < 100 ? "%.3g" : "%.0f", rate);
  return text;
}

}  // namespace

ImageRate::ImageRate(Clock clock) : clock_(std::move(clock)), from_(Now()), next_(from_) {}

void ImageRate::Restart() { from_ = next_ = Now(); }

void ImageRate::Add(std::int64_t images) {
  images_ += images;
  if (clock_() - next_.time >= kWindow) { from_ = std::exchange(next_, Now()); }
}

std::optional<double> ImageRate::PerSecond() const {
  const double passed = clock_() - from_.time;
  if (passed < kSecond || images_ == from_.images) { return std::nullopt; }
  return static_cast<double>(images_ - from_.images) / passed * kSecond;
}

std::string DescribeEpoch(std::uint64_t epoch, std::int64_t epochs, const ImageRate& rate,
                          const Evaluation& so_far) {
  std::string text = "epoch " + std::to_string(epoch + 1);
  if (epoch < static_cast<std::uint64_t>(epochs)) { text += " of " + std::to_string(epochs); }
  if (const auto speed = rate.PerSecond()) { text += ", " + FormatRate(*speed) + " images/s"; }
  if (so_far.images > 0) {
    char results[64];
    std::snprintf(results, sizeof results, ", loss %.3f, top-1 %.1f %%", so_far.loss, so_far.top1);
    text += results;
  }
  return text;
}

}  // namespace lode::training
