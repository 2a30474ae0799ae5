#include "toolkit/images/resize.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/temporary_directory.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

// Byte i is (7 i^2 + 31 i + 11) mod 251.
Image Formula(std::size_t height, std::size_t width, std::size_t channels) {
  Image image{height, width, channels, {}};
  for (std::size_t i = 0; i < height * width * channels; ++i) {
    image.pixels.push_back(static_cast<std::uint8_t>((7 * i * i + 31 * i + 11) % 251));
  }
  return image;
}

Image Resize(const Image& image, const Box& from, std::size_t height, std::size_t width) {
  Image out;
  Resizer().Run(image, from, height, width, {0, 0, height, width}, out);
  return out;
}
Image Resize(const Image& image, std::size_t height, std::size_t width) {
  return Resize(image, {0, 0, image.height, image.width}, height, width);
}

using PixelBytes = std::vector<std::uint8_t>;

// The results of Pillow 9.4 for the same images: Image.resize((width, height), Image.BILINEAR).
TEST(Resize, AgreesWithPillowOnRecordedImages) {
  EXPECT_EQ(Resize(Formula(5, 7, 1), 3, 2).pixels, (PixelBytes{101, 146, 81, 104, 120, 121}));
  EXPECT_EQ(Resize(Formula(2, 3, 1), 4, 5).pixels,
            (PixelBytes{11,  26,  49,  80,  101, 50,  69,  99,  98,  98,
                        128, 156, 198, 135, 93,  167, 199, 247, 153, 90}));
  EXPECT_EQ(Resize(Formula(9, 4, 1), 2, 4).pixels,
            (PixelBytes{145, 93, 87, 123, 94, 114, 96, 149}));
}

TEST(Resize, ToTheSameSizeChangesNothing) {
  const Image image = Formula(6, 6, 3);
  EXPECT_EQ(Resize(image, 6, 6).pixels, image.pixels);
}

TEST(Resize, OfOneColorIsThatColor) {
  const Image image{37, 23, 3, PixelBytes(37 * 23 * 3, 201)};
  for (const std::size_t side : {1, 5, 23, 64}) {
    EXPECT_EQ(Resize(image, side, side).pixels, PixelBytes(side * side * 3, 201));
  }
}

TEST(Resize, OfAPartEqualsResizingThePartAlone) {
  const Image image = Formula(20, 30, 3);
  const Box part = {3, 5, 11, 17};
  Image cut{part.height, part.width, 3, {}};
  for (std::size_t y = 0; y < part.height; ++y) {
    for (std::size_t x = 0; x < part.width * 3; ++x) {
      cut.pixels.push_back(image.pixels[((part.top + y) * 30 + part.left) * 3 + x]);
    }
  }
  EXPECT_EQ(Resize(image, part, 8, 8).pixels, Resize(cut, 8, 8).pixels);
}

TEST(Resize, ThroughAWindowEqualsAPartOfTheWhole) {
  const Image image = Formula(40, 50, 3);
  const Image whole = Resize(image, 32, 40);
  const Box window = {7, 9, 20, 25};
  Image out;
  Resizer().Run(image, {0, 0, 40, 50}, 32, 40, window, out);
  EXPECT_EQ(out.height, window.height);
  EXPECT_EQ(out.width, window.width);
  for (std::size_t y = 0; y < window.height; ++y) {
    for (std::size_t x = 0; x < window.width * 3; ++x) {
      ASSERT_EQ(out.pixels[y * window.width * 3 + x],
                whole.pixels[((window.top + y) * 40 + window.left) * 3 + x]);
    }
  }
}

TEST(Resize, AgreesWithPillowToTheBit) {
  if (!HavePillow()) { GTEST_SKIP() << "no /usr/bin/python3 with Pillow and NumPy"; }
  struct Case {
    std::size_t h, w, height, width;
  };
  std::vector<Case> cases = {{375, 500, 256, 341}, {500, 333, 224, 224}, {64, 64, 224, 224},
                             {1, 1, 3, 2},         {3, 1000, 7, 10},     {1000, 3, 10, 7},
                             {17, 19, 17, 8},      {17, 19, 8, 19},      {301, 299, 1, 1}};
  for (std::size_t n = 0; n < 40; ++n) {
    cases.push_back({1 + n * 37 % 101, 1 + n * 53 % 97, 1 + n * 29 % 89, 1 + n * 71 % 103});
  }
  const TemporaryDirectory directory;
  std::ostringstream list;
  for (const Case& c : cases) {
    list << c.h << "," << c.w << "," << c.height << "," << c.width << ";";
  }
  const std::string file = (directory.path() / "pixels").string();
  ASSERT_TRUE(RunPython(R"(
import numpy as np, PIL.Image as P
out = open(")" + file + R"(", "wb")
for case in ")" + list.str() +
                        R"(".strip(";").split(";"):
    h, w, height, width = map(int, case.split(","))
    i = np.arange(h * w * 3)
    image = ((7 * i * i + 31 * i + 11) % 251).astype(np.uint8).reshape(h, w, 3)
    out.write(np.asarray(P.fromarray(image).resize((width, height), P.BILINEAR)).tobytes())
)"));
  const std::string expected = FileBytes(file);
  std::size_t at = 0;
  for (const Case& c : cases) {
    const PixelBytes pixels = Resize(Formula(c.h, c.w, 3), c.height, c.width).pixels;
    ASSERT_LE(at + pixels.size(), expected.size());
    EXPECT_EQ(std::string(pixels.begin(), pixels.end()), expected.substr(at, pixels.size()))
        << c.h << " " << c.w << " " << c.height << " " << c.width;
    at += pixels.size();
  }
  EXPECT_EQ(at, expected.size());
}

}  // namespace
}  // namespace lode::images
