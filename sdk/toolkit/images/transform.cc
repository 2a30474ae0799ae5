#include "toolkit/images/transform.h"

#include <algorithm>
#include <cmath>
#include <lode/plugin.hpp>
#include <string>
#include <utility>

#include "toolkit/images/random.h"

namespace lode::images {
namespace {

// Returns where the middle `inner` of `outer` pixels begins; negative if `inner` is larger. Halves
// are rounded to even, as in torchvision.
std::ptrdiff_t Middle(std::size_t outer, std::size_t inner) {
  return std::lrint((static_cast<double>(outer) - static_cast<double>(inner)) / 2);
}

std::string Size(const Image& image) {
  return std::to_string(image.height) + " x " + std::to_string(image.width) + " pixels";
}

// Returns the largest part in the middle whose ratio of sides (width to height) is allowed.
Box MiddleOfRatio(std::size_t height, std::size_t width, double min_ratio, double max_ratio) {
  const auto h = static_cast<double>(height), w = static_cast<double>(width);
  Box box{0, 0, height, width};
  if (w / h < min_ratio) {
    box.height = static_cast<std::size_t>(std::lrint(w / min_ratio));
  } else if (w / h > max_ratio) {
    box.width = static_cast<std::size_t>(std::lrint(h * max_ratio));
  }
  box.top = (height - box.height) / 2;
  box.left = (width - box.width) / 2;
  return box;
}

}  // namespace

Box RandomResizedCrop(std::size_t height, std::size_t width, Random random) {
  constexpr int kTries = 10;
  constexpr double kMinArea = 0.08, kMinRatio = 3.0 / 4, kMaxRatio = 4.0 / 3;
  const double area = static_cast<double>(height) * static_cast<double>(width);
  for (int n = 0; n < kTries; ++n) {
    const double part = area * random.Uniform(kMinArea, 1);
    const double ratio = std::exp(random.Uniform(std::log(kMinRatio), std::log(kMaxRatio)));
    const auto w = static_cast<std::size_t>(std::lrint(std::sqrt(part * ratio)));
    const auto h = static_cast<std::size_t>(std::lrint(std::sqrt(part / ratio)));
    if (w == 0 || w > width || h == 0 || h > height) { continue; }
    const std::size_t top = random.Below(height - h + 1);
    return {top, random.Below(width - w + 1), h, w};
  }
  return MiddleOfRatio(height, width, kMinRatio, kMaxRatio);
}

Transformer::Transformer(Transform transform) : transform_(std::move(transform)) {
  CheckWays();
  for (std::size_t c = 0; c < transform_.mean.size(); ++c) {
    Table& table = tables_.emplace_back();
    for (std::size_t byte = 0; byte < table.size(); ++byte) {
      table[byte] = (static_cast<float>(byte) / 255.0f - transform_.mean[c]) / transform_.std[c];
    }
  }
}

void Transformer::CheckWays() const {
  const Transform& t = transform_;
  if (t.resolution == 0) { throw InvalidError("resolution is 0, expected at least 1"); }
  if (t.random_resized_crop + (t.resize_short_side > 0) + (t.pad > 0) > 1) {
    throw InvalidError("only one of random_resized_crop, resize_short_side and pad can be used");
  }
  if (t.resize_short_side > 0 && t.resize_short_side < t.resolution) {
    throw InvalidError("resize_short_side is " + std::to_string(t.resize_short_side) +
                       ", expected at least the resolution, " + std::to_string(t.resolution));
  }
  if (t.mean.empty() || t.mean.size() != t.std.size()) {
    throw InvalidError("there are " + std::to_string(t.mean.size()) + " means and " +
                       std::to_string(t.std.size()) +
                       " standard deviations, expected one of each for each channel");
  }
  for (const float std : t.std) {
    if (!(std > 0)) {
      throw InvalidError("a standard deviation is " + std::to_string(std) +
                         ", expected more than 0");
    }
  }
}

std::size_t Transformer::floats() const {
  return transform_.resolution * transform_.resolution * channels();
}

void Transformer::CheckImage(const Image& image) const {
  const std::size_t smallest = std::min(image.height, image.width);
  if (image.channels != channels()) {
    throw InvalidError("an image has " + std::to_string(image.channels) + " channels, expected " +
                       std::to_string(channels()));
  }
  if (smallest == 0) { throw InvalidError("an image has " + Size(image)); }
  if (transform_.pad > 0 && smallest + 2 * transform_.pad < transform_.resolution) {
    throw InvalidError("an image of " + Size(image) + " with " + std::to_string(transform_.pad) +
                       " more on each side is smaller than the resolution, " +
                       std::to_string(transform_.resolution));
  }
}

void Transformer::Apply(const Image& image, std::uint64_t seed, std::uint64_t item,
                        Scratch& scratch, float* out) const {
  CheckImage(image);
  const Transform& t = transform_;
  Stream stream(seed, Purpose::kAugment, item);
  const Random random = stream.random();
  const Image* source = &image;
  Place place = {0, 0};
  if (t.random_resized_crop) {
    const Box part = RandomResizedCrop(image.height, image.width, random);
    scratch.resizer.Run(image, part, t.resolution, t.resolution, {0, 0, t.resolution, t.resolution},
                        scratch.resized);
    source = &scratch.resized;
  } else if (t.resize_short_side > 0) {
    ResizeShortSide(image, scratch);
    source = &scratch.resized;
  } else if (t.pad > 0) {
    const auto draw = [&](std::size_t side) {
      return static_cast<std::ptrdiff_t>(random.Below(side + 2 * t.pad - t.resolution + 1)) -
             static_cast<std::ptrdiff_t>(t.pad);
    };
    place.top = draw(image.height);
    place.left = draw(image.width);
  } else {
    place = {Middle(image.height, t.resolution), Middle(image.width, t.resolution)};
  }
  Normalize(*source, place, t.flip && random.Below(2) == 1, out);
  if (t.cutout > 1) {
    const std::size_t row = random.Below(t.resolution);
    CutOut(row, random.Below(t.resolution), out);
  }
}

void Transformer::ResizeShortSide(const Image& image, Scratch& scratch) const {
  const std::size_t side = transform_.resize_short_side, resolution = transform_.resolution;
  const bool upright = image.height > image.width;
  // The longer side is rounded down, as in torchvision.
  const std::size_t height = upright ? side * image.height / image.width : side;
  const std::size_t width = upright ? side : side * image.width / image.height;
  const Box window = {static_cast<std::size_t>(Middle(height, resolution)),
                      static_cast<std::size_t>(Middle(width, resolution)), resolution, resolution};
  scratch.resizer.Run(image, {0, 0, image.height, image.width}, height, width, window,
                      scratch.resized);
}

void Transformer::Normalize(const Image& image, Place place, bool mirrored, float* out) const {
  switch (channels()) {
    case 1:
      return NormalizeRows<1>(image, place, mirrored, out);
    case 3:
      return NormalizeRows<3>(image, place, mirrored, out);
    default:
      return NormalizeRows<0>(image, place, mirrored, out);
  }
}

// kChannels: the number of channels if known at compile time, otherwise 0.
template <std::size_t kChannels>
void Transformer::NormalizeRows(const Image& image, Place place, bool mirrored, float* out) const {
  const std::size_t channels = kChannels > 0 ? kChannels : tables_.size();
  const auto side = static_cast<std::ptrdiff_t>(transform_.resolution);
  const auto height = static_cast<std::ptrdiff_t>(image.height);
  const auto width = static_cast<std::ptrdiff_t>(image.width);
  // Columns [begin, end) of the square are within the image.
  const std::ptrdiff_t begin = std::clamp<std::ptrdiff_t>(-place.left, 0, side);
  const std::ptrdiff_t end = std::clamp<std::ptrdiff_t>(width - place.left, begin, side);
  const auto step = static_cast<std::ptrdiff_t>(channels);
  for (std::ptrdiff_t y = 0; y < side; ++y, out += side * step) {
    const std::ptrdiff_t from = place.top + y;
    const bool inside = from >= 0 && from < height && begin < end;
    const std::ptrdiff_t first = inside ? begin : side, last = inside ? end : side;
    const std::uint8_t* pixel =
        inside ? image.pixels.data() + (from * width + place.left + first) * step : nullptr;
    const auto put = [&](std::ptrdiff_t x, const std::uint8_t* bytes) {
      float* to = out + (mirrored ? side - 1 - x : x) * step;
      for (std::size_t c = 0; c < channels; ++c) {
        to[c] = tables_[c][bytes == nullptr ? 0 : bytes[c]];
      }
    };
    for (std::ptrdiff_t x = 0; x < first; ++x) { put(x, nullptr); }
    for (std::ptrdiff_t x = first; x < last; ++x, pixel += step) { put(x, pixel); }
    for (std::ptrdiff_t x = last; x < side; ++x) { put(x, nullptr); }
  }
}

void Transformer::CutOut(std::size_t row, std::size_t column, float* out) const {
  const std::size_t half = transform_.cutout / 2, side = transform_.resolution;
  const std::size_t top = row - std::min(row, half), bottom = std::min(row + half, side);
  const std::size_t left = column - std::min(column, half), right = std::min(column + half, side);
  for (std::size_t y = top; y < bottom; ++y) {
    std::fill(out + (y * side + left) * channels(), out + (y * side + right) * channels(), 0.0f);
  }
}

}  // namespace lode::images
