#include "core/report/convert_svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "core/plugin/error.h"
#include "tests/scoped_variable.h"
#include "tests/temporary_directory.h"

namespace lode::core {
namespace {

namespace fs = std::filesystem;

constexpr char kSvg[] =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"30\" height=\"20\"><rect width=\"9\" "
    "height=\"9\"/></svg>";

std::string Png(const std::string& svg) { return ConvertSvg(svg, PictureFormat::kPng); }

TEST(ConvertSvgTest, APictureHasTheSizeOfItsDrawing) {
  if (!CanConvertSvg()) { GTEST_SKIP() << "no rsvg-convert"; }
  const std::string png = Png(kSvg);
  EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(png.substr(12, 12), std::string("IHDR\0\0\0\x1e\0\0\0\x14", 12));
}

TEST(ConvertSvgTest, WhatIsNoDrawingIsAnError) {
  if (!CanConvertSvg()) { GTEST_SKIP() << "no rsvg-convert"; }
  EXPECT_THROW(Png("<svg"), HostError);
}

TEST(ConvertSvgTest, TheProgramIsSearchedOnThePath) {
  const TemporaryDirectory directory;
  const ScopedVariable path("PATH", directory.path().c_str());
  EXPECT_FALSE(CanConvertSvg());
  EXPECT_THROW(Png(kSvg), HostError);
  directory.Write("rsvg-convert", "#!/bin/sh\nprintf made; exit $(/bin/cat | /usr/bin/wc -c)\n");
  EXPECT_FALSE(CanConvertSvg());  // it cannot be executed
  fs::permissions(directory.path() / "rsvg-convert", fs::perms::owner_all);
  EXPECT_TRUE(CanConvertSvg());
  EXPECT_EQ(Png(""), "made");
  EXPECT_THROW(Png("a"), HostError);
}

}  // namespace
}  // namespace lode::core
