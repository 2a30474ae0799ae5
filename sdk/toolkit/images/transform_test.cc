#include "toolkit/images/transform.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "toolkit/images/random.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using Floats = std::vector<float>;
using testing::HasSubstr;

Transform Plain(std::size_t resolution, std::size_t channels = 3) {
  Transform transform;
  transform.resolution = resolution;
  // (p / 255 - 0) / (1 / 255) is p again, except for rounding.
  transform.mean.assign(channels, 0.0f);
  transform.std.assign(channels, 1.0f / 255);
  return transform;
}

Floats Apply(const Transform& transform, const Image& image, std::uint64_t seed = 1,
             std::uint64_t item = 0) {
  const Transformer transformer(transform);
  Transformer::Scratch scratch;
  Floats out(transformer.floats(), -1e9f);
  transformer.Apply(image, seed, item, scratch, out.data());
  return out;
}

// The pixel at row y and column x, channel c; 0 outside the image.
float PixelOf(const Image& image, std::ptrdiff_t y, std::ptrdiff_t x, std::size_t c) {
  const auto height = static_cast<std::ptrdiff_t>(image.height);
  const auto width = static_cast<std::ptrdiff_t>(image.width);
  if (y < 0 || y >= height || x < 0 || x >= width) { return 0; }
  return image.pixels[static_cast<std::size_t>(y * width + x) * image.channels + c];
}

// Whether `out` is the square of the image that begins at this place.
bool IsSquare(const Floats& out, const Image& image, std::size_t side, std::ptrdiff_t top,
              std::ptrdiff_t left, bool mirrored) {
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      for (std::size_t c = 0; c < image.channels; ++c) {
        const std::size_t from = mirrored ? side - 1 - x : x;
        const float expected = PixelOf(image, top + static_cast<std::ptrdiff_t>(y),
                                       left + static_cast<std::ptrdiff_t>(from), c);
        if (std::abs(out[(y * side + x) * image.channels + c] - expected) > 0.01f) { return false; }
      }
    }
  }
  return true;
}

TEST(Transform, NormalizesEachChannel) {
  Transform transform = Plain(1);
  transform.mean = {0.5f, 0.25f, 0.0f};
  transform.std = {0.5f, 0.25f, 2.0f};
  const Floats out = Apply(transform, {1, 1, 3, {255, 51, 102}});
  EXPECT_FLOAT_EQ(out[0], 1.0f);
  EXPECT_NEAR(out[1], -0.2f, 1e-6);
  EXPECT_NEAR(out[2], 0.2f, 1e-6);
}

TEST(Transform, TakesTheMiddle) {
  for (const std::size_t channels : {1, 2, 3}) {
    const Image image = NoiseImage(9, 12, channels);
    EXPECT_TRUE(IsSquare(Apply(Plain(4, channels), image), image, 4, 2, 4, false));
    // Half a pixel is rounded to even, as in torchvision: (12 - 5) / 2 is 4, (12 - 7) / 2 is 2.
    EXPECT_TRUE(IsSquare(Apply(Plain(5, channels), image), image, 5, 2, 4, false));
    EXPECT_TRUE(IsSquare(Apply(Plain(7, channels), image), image, 7, 1, 2, false));
  }
}

TEST(Transform, PadsSmallImagesWithBlack) {
  const Image image = NoiseImage(6, 28, 1);
  EXPECT_TRUE(IsSquare(Apply(Plain(32, 1), image), image, 32, -13, -2, false));
  Transform transform = Plain(32, 1);
  transform.mean = {0.5f};
  transform.std = {0.25f};
  EXPECT_FLOAT_EQ(Apply(transform, image)[0], -2.0f);  // black, normalized
}

// All 81 places and both directions occur, equally often.
TEST(Transform, CropsAndMirrorsAtRandom) {
  const Image image = NoiseImage(32, 32, 3);
  Transform transform = Plain(32);
  transform.pad = 4;
  transform.flip = true;
  std::map<std::tuple<int, int, bool>, int> seen;
  constexpr int kDraws = 16200;
  for (int n = 0; n < kDraws; ++n) {
    const Floats out = Apply(transform, image, 3, static_cast<std::uint64_t>(n));
    // The middle pixel distinguishes all but a few candidates.
    for (int top = -4; top <= 4; ++top) {
      for (int left = -4; left <= 4; ++left) {
        for (const bool mirrored : {false, true}) {
          const int from = mirrored ? 31 - 16 : 16;
          if (std::abs(out[(16 * 32 + 16) * 3] - PixelOf(image, top + 16, left + from, 0)) <
                  0.01f &&
              IsSquare(out, image, 32, top, left, mirrored)) {
            ++seen[{top, left, mirrored}];
          }
        }
      }
    }
  }
  ASSERT_EQ(seen.size(), 162u);
  int total = 0;
  for (const auto& [place, count] : seen) {
    total += count;
    EXPECT_NEAR(count, 100, 50);  // five standard deviations
  }
  EXPECT_EQ(total, kDraws);
}

// With more black around it than the square is wide, a square may contain nothing of the image.
TEST(Transform, CropsOutsideTheImage) {
  const Image image = NoiseImage(3, 3, 1);
  Transform transform = Plain(2, 1);
  transform.pad = 4;
  int black = 0;
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const Floats out = Apply(transform, image, 1, n);
    int places = 0;
    for (std::ptrdiff_t top = -4; top <= 5; ++top) {
      for (std::ptrdiff_t left = -4; left <= 5; ++left) {
        places += IsSquare(out, image, 2, top, left, false);
      }
    }
    ASSERT_GE(places, 1);
    black += out == Floats(4, 0.0f);
  }
  // Of the 10 x 10 places, 4 x 4, from -1 to 2 each way, contain part of the image.
  EXPECT_NEAR(black, 840, 60);
}

TEST(Transform, IsAFunctionOfTheSeedAndTheItem) {
  const Image image = NoiseImage(32, 32, 3);
  Transform transform = Plain(32);
  transform.pad = 4;
  transform.flip = true;
  transform.cutout = 16;
  const Floats out = Apply(transform, image, 7, 9);
  EXPECT_EQ(Apply(transform, image, 7, 9), out);
  EXPECT_NE(Apply(transform, image, 8, 9), out);
  EXPECT_NE(Apply(transform, image, 7, 10), out);
}

// In a white image, the zeros are a square that is 16 pixels wide unless the edge cuts it, and its
// middle is equally often everywhere.
TEST(Transform, CutsOut) {
  const Image image{32, 32, 1, std::vector<std::uint8_t>(1024, 255)};
  Transform transform = Plain(32, 1);
  transform.cutout = 16;
  std::vector<int> middles(32);
  double zeros = 0;
  constexpr int kDraws = 6400;
  for (int n = 0; n < kDraws; ++n) {
    const Floats out = Apply(transform, image, 1, static_cast<std::uint64_t>(n));
    std::size_t top = 32, bottom = 0, left = 32, right = 0, count = 0;
    for (std::size_t y = 0; y < 32; ++y) {
      for (std::size_t x = 0; x < 32; ++x) {
        if (out[y * 32 + x] == 0) {
          ++count;
          top = std::min(top, y);
          bottom = std::max(bottom, y + 1);
          left = std::min(left, x);
          right = std::max(right, x + 1);
        }
      }
    }
    ASSERT_EQ(count, (bottom - top) * (right - left));
    ASSERT_TRUE(bottom - top == 16 || top == 0 || bottom == 32);
    ASSERT_TRUE(right - left == 16 || left == 0 || right == 32);
    ASSERT_GE(bottom - top, 8u);
    ++middles[top > 0 ? top + 8 : bottom - 8];
    zeros += static_cast<double>(count);
  }
  for (const int count : middles) {
    EXPECT_NEAR(count, 200, 70);  // five standard deviations
  }
  // Rows r = 0 to 31 lose min(r + 8, 32) - max(r - 8, 0) pixels: 14.0 on average, each way.
  EXPECT_NEAR(zeros / kDraws, 14.0 * 14.0, 2.0);
}

TEST(Transform, OddCutoutSidesCountAsOneLess) {
  const Image image{32, 32, 1, std::vector<std::uint8_t>(1024, 255)};
  Transform transform = Plain(32, 1);
  transform.cutout = 5;
  std::size_t most = 0;
  for (std::uint64_t n = 0; n < 50; ++n) {
    const Floats out = Apply(transform, image, 1, n);
    most = std::max<std::size_t>(
        most, static_cast<std::size_t>(std::count(out.begin(), out.end(), 0.0f)));
  }
  EXPECT_EQ(most, 16u);
}

TEST(Transform, ResizesTheShortSideAndTakesTheMiddle) {
  for (const auto& [height, width] :
       {std::pair{300, 401}, std::pair{401, 300}, std::pair{50, 50}}) {
    const Image image =
        NoiseImage(static_cast<std::size_t>(height), static_cast<std::size_t>(width), 3);
    Transform transform = Plain(56);
    transform.resize_short_side = 64;
    // 64 * 401 / 300 is 85.5: 85 pixels.
    const std::size_t long_side = 64u * static_cast<std::size_t>(std::max(height, width)) /
                                  static_cast<std::size_t>(std::min(height, width));
    const std::size_t h = height > width ? long_side : 64, w = height > width ? 64 : long_side;
    Image resized;
    Resizer().Run(image, {0, 0, image.height, image.width}, h, w, {0, 0, h, w}, resized);
    // (85 - 56) / 2 is 14.5: 14. (64 - 56) / 2 is 4.
    const std::ptrdiff_t top = h == 64 ? 4 : 14, left = w == 64 ? 4 : 14;
    EXPECT_TRUE(IsSquare(Apply(transform, image), resized, 56, top, left, false)) << height;
  }
}

TEST(RandomResizedCrop, HasTheRequestedAreasAndRatios) {
  double area = 0;
  constexpr int kDraws = 20000;
  for (std::uint64_t n = 0; n < kDraws; ++n) {
    Stream stream(1, Purpose::kAugment, n);
    const Box box = RandomResizedCrop(400, 400, stream.random());
    ASSERT_LE(box.top + box.height, 400u);
    ASSERT_LE(box.left + box.width, 400u);
    const auto h = static_cast<double>(box.height), w = static_cast<double>(box.width);
    ASSERT_GT(h * w, 0.079 * 160000);
    ASSERT_GT(w / h, 0.74);
    ASSERT_LT(w / h, 1.35);
    area += h * w / 160000;
  }
  // With L = ln(4/3), a part of area a fits if a <= exp(-|u|), with u uniform on [-L, L]. So the
  // mean is (E exp(-2|u|) - 0.08^2) / 2 over E exp(-|u|) - 0.08, which is (0.4375 / 2L - 0.0064) /
  // 2 over 0.25 / L - 0.08.
  EXPECT_NEAR(area / kDraws, 0.4778, 0.008);
}

TEST(RandomResizedCrop, TakesTheMiddleIfNoPartFits) {
  Stream stream(1, Purpose::kAugment, 0);
  EXPECT_EQ(RandomResizedCrop(10, 1000, stream.random()), (Box{0, 493, 10, 13}));
  EXPECT_EQ(RandomResizedCrop(1000, 10, stream.random()), (Box{493, 0, 13, 10}));
  EXPECT_EQ(RandomResizedCrop(1, 1, stream.random()), (Box{0, 0, 1, 1}));
}

TEST(Transform, ResizesTheRandomCrop) {
  const Image image = NoiseImage(90, 70, 3);
  Transform transform = Plain(24);
  transform.random_resized_crop = true;
  Stream stream(4, Purpose::kAugment, 2);
  const Box box = RandomResizedCrop(90, 70, stream.random());
  Image resized;
  Resizer().Run(image, box, 24, 24, {0, 0, 24, 24}, resized);
  EXPECT_TRUE(IsSquare(Apply(transform, image, 4, 2), resized, 24, 0, 0, false));
}

TEST(Transform, RefusesInvalidTransforms) {
  const auto failure = [](auto change) {
    Transform transform = Plain(32);
    change(transform);
    return Failure<InvalidError>([&] { const Transformer transformer(transform); });
  };
  EXPECT_EQ(failure([](Transform&) {}), "");
  EXPECT_EQ(failure([](Transform& t) { t.resolution = 0; }),
            "resolution is 0, expected at least 1");
  EXPECT_THAT(failure([](Transform& t) { t.pad = 1, t.random_resized_crop = true; }),
              HasSubstr("only one of"));
  EXPECT_THAT(failure([](Transform& t) { t.pad = 1, t.resize_short_side = 64; }),
              HasSubstr("only one of"));
  EXPECT_EQ(failure([](Transform& t) { t.resize_short_side = 31; }),
            "resize_short_side is 31, expected at least the resolution, 32");
  EXPECT_THAT(failure([](Transform& t) { t.mean.pop_back(); }),
              HasSubstr("2 means and 3 standard"));
  EXPECT_THAT(failure([](Transform& t) { t.std[1] = 0; }), HasSubstr("expected more than 0"));
  EXPECT_THAT(failure([](Transform& t) { t.std[1] = NAN; }), HasSubstr("expected more than 0"));
}

TEST(Transform, RefusesImagesItCannotTransform) {
  const auto failure = [](const Transform& transform, const Image& image) {
    return Failure<InvalidError>([&] { Apply(transform, image); });
  };
  EXPECT_EQ(failure(Plain(8), NoiseImage(8, 8, 1)), "an image has 1 channels, expected 3");
  Transform padded = Plain(32);
  padded.pad = 4;
  EXPECT_EQ(
      failure(padded, NoiseImage(40, 23, 3)),
      "an image of 40 x 23 pixels with 4 more on each side is smaller than the resolution, 32");
  EXPECT_EQ(failure(padded, NoiseImage(24, 24, 3)), "");
}

}  // namespace
}  // namespace lode::images
