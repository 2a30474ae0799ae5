// Photographs: decoding, and folders of them.
#include "toolkit/images/class_folders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <png.h>

#include "tests/temporary_directory.h"
#include "toolkit/images/decode.h"
#include "toolkit/images/jpeg_test_support.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// ---- writing

std::string Png(const Image& image) {
  png_image info{};
  info.version = PNG_IMAGE_VERSION;
  info.height = static_cast<png_uint_32>(image.height);
  info.width = static_cast<png_uint_32>(image.width);
  info.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&info, nullptr, &size, 0, image.pixels.data(), 0, nullptr);
  std::string file(size, '\0');
  png_image_write_to_memory(&info, file.data(), &size, 0, image.pixels.data(), 0, nullptr);
  file.resize(size);
  return file;
}

Image OneColor(std::size_t height, std::size_t width, std::vector<std::uint8_t> color) {
  Image image{height, width, color.size(), {}};
  for (std::size_t i = 0; i < height * width; ++i) {
    image.pixels.insert(image.pixels.end(), color.begin(), color.end());
  }
  return image;
}

// Like a photograph: not flat, so that its file is long enough to be truncated anywhere.
Image Gradient(std::size_t height, std::size_t width) {
  Image image{height, width, 3, {}};
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (const std::size_t value : {4 * x + y, 3 * y + x, (x * y) / 3}) {
        image.pixels.push_back(static_cast<std::uint8_t>(value % 256));
      }
    }
  }
  return image;
}

std::string DecodeFailure(const std::string& bytes) {
  Image out;
  return Failure([&] { DecodeImage(bytes, "F", out); });
}

// Every pixel has the color, up to the rounding of JPEG's transform.
void ExpectColor(const Image& image, std::vector<int> color) {
  ASSERT_EQ(image.channels, 3u);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    ASSERT_NEAR(image.pixels[i], color[i % 3], 2) << i;
  }
}

// ---- decoding

TEST(Decode, ReadsColorGrayAndCmyk) {
  Image image;
  for (const bool progressive : {false, true}) {
    DecodeImage(Jpeg(OneColor(5, 9, {200, 100, 50}), {.progressive = progressive}), "F", image);
    EXPECT_EQ(image.height, 5u);
    EXPECT_EQ(image.width, 9u);
    ExpectColor(image, {200, 100, 50});
  }
  DecodeImage(Jpeg(OneColor(5, 9, {77})), "F", image);
  ExpectColor(image, {77, 77, 77});
  // As Adobe writes it: 255 means no ink. Black ink is 255 - 128, cyan is full.
  DecodeImage(Jpeg(OneColor(5, 9, {0, 255, 100, 128})), "F", image);
  EXPECT_EQ(image.pixels.size(), 5u * 9 * 3);
  ExpectColor(image, {0, 128, 50});
}

TEST(Decode, ReadsPngWithAnyName) {
  Image image;
  const Image written = Gradient(7, 11);
  DecodeImage(Png(written), "F.JPEG", image);
  EXPECT_EQ(image.height, 7u);
  EXPECT_EQ(image.pixels, written.pixels);
}

TEST(Decode, RefusesFilesThatAreTruncatedAnywhere) {
  const Image image = Gradient(40, 40);
  for (const std::string& file : {Jpeg(image), Jpeg(image, {.progressive = true}), Png(image)}) {
    EXPECT_EQ(DecodeFailure(file), "");
    for (std::size_t size = 0; size + 2 < file.size(); size += 1 + size / 20) {
      EXPECT_THAT(DecodeFailure(file.substr(0, size)), HasSubstr("F: ")) << size;
    }
  }
}

TEST(Decode, RefusesDamage) {
  const std::string file = Jpeg(Gradient(64, 64));
  std::string damaged = file;
  // An end marker in the middle of the data.
  damaged.replace(file.size() * 3 / 4, 2, "\xff\xd9");
  EXPECT_THAT(DecodeFailure(damaged), HasSubstr("F: is not an intact JPEG file: "));
  std::string png = Png(Gradient(64, 64));
  png[png.size() / 2] = static_cast<char>(png[png.size() / 2] ^ 1);
  EXPECT_THAT(DecodeFailure(png), HasSubstr("F: is not an intact PNG file: "));
}

// One training image of ImageNet has this.
TEST(Decode, SkipsBytesBetweenTheLastPixelAndTheEnd) {
  const std::string file = Jpeg(Gradient(40, 40));
  Image image, expected;
  DecodeImage(file, "F", expected);
  DecodeImage(file.substr(0, file.size() - 2) + std::string(1483, 'x') + "\xff\xd9", "F", image);
  EXPECT_EQ(image.pixels, expected.pixels);
  const std::size_t scan = file.find("\xff\xda");
  ASSERT_NE(scan, std::string::npos);
  EXPECT_THAT(DecodeFailure(file.substr(0, scan) + "xxx" + file.substr(scan)),
              HasSubstr("F: is not an intact JPEG file: "));
}

TEST(Decode, RefusesOtherFiles) {
  EXPECT_EQ(DecodeFailure("GIF89a"), "F: begins with \"GIF8\", expected a JPEG file");
  EXPECT_EQ(DecodeFailure(""), "F: begins with \"\", expected a JPEG file");
}

TEST(Decode, RefusesImagesThatAreTooLarge) {
  std::string file = Jpeg(OneColor(8, 8, {1}));
  const std::size_t header = file.find("\xff\xc0");  // then length, precision, height and width
  ASSERT_NE(header, std::string::npos);
  for (std::size_t i = 5; i < 9; ++i) { file[header + i] = '\x7f'; }
  EXPECT_EQ(DecodeFailure(file), "F: is an image of 32639 x 32639 pixels, expected 1 to 134217728");
}

TEST(Decode, AgreesWithPillowToTheBit) {
  if (!HavePillow()) { GTEST_SKIP() << "no /usr/bin/python3 with Pillow and NumPy"; }
  const TemporaryDirectory directory;
  const std::string path = (directory.path() / "image.jpg").string();
  const std::vector<Image> images = {Gradient(53, 71), Gradient(64, 64),
                                     OneColor(9, 9, {3, 99, 200, 128})};
  for (const Image& written : images) {
    WriteFile(path, Jpeg(written));
    ASSERT_TRUE(RunPython("import PIL.Image as P; open(\"" + path +
                          ".rgb\", \"wb\").write(P.open(\"" + path +
                          "\").convert(\"RGB\").tobytes())"));
    Image image;
    DecodeImage(FileBytes(path), path, image);
    EXPECT_EQ(std::string(image.pixels.begin(), image.pixels.end()), FileBytes(path + ".rgb"));
  }
}

// ---- folders

class Folders : public testing::Test {
 protected:
  Folders() {
    for (const char* name : {"train/n02/b.JPEG", "train/n02/a.JPEG", "train/n01/x.jpg",
                             "val/n01/v1.JPEG", "val/n02/v2.jpeg"}) {
      WriteFile(Path(name), Jpeg(OneColor(6, 8, {static_cast<std::uint8_t>(name[10] * 2), 0, 0})));
    }
  }
  fs::path Path(const std::string& name) const { return directory_.path() / name; }
  std::string ReadFailure(std::size_t classes = 0) const {
    return Failure([&] { ReadClassFolders(directory_.path(), classes); });
  }
  TemporaryDirectory directory_;
};

TEST_F(Folders, AreReadInNameOrder) {
  WriteFile(Path("train/.DS_Store"), "");
  WriteFile(Path("train/n01/.hidden"), "");
  WriteFile(Path("val/README"), "");
  const ClassFolderSets sets = ReadClassFolders(directory_.path(), 0);
  EXPECT_THAT(sets.train->class_names(), ElementsAre("n01", "n02"));
  ASSERT_EQ(sets.train->size(), 3u);
  EXPECT_EQ(sets.train->Label(0), 0u);
  EXPECT_EQ(sets.train->Label(1), 1u);
  EXPECT_EQ(sets.test->size(), 2u);
  Image image;
  sets.train->Read(1, image);
  EXPECT_EQ(image.height, 6u);
  EXPECT_EQ(image.width, 8u);
  ExpectColor(image, {'a' * 2, 0, 0});
  sets.train->Read(2, image);
  ExpectColor(image, {'b' * 2, 0, 0});
}

TEST_F(Folders, CanBeLimitedToTheFirstClasses) {
  const ClassFolderSets sets = ReadClassFolders(directory_.path(), 1);
  EXPECT_EQ(sets.train->classes(), 1u);
  EXPECT_EQ(sets.train->size(), 1u);
  EXPECT_EQ(ReadFailure(3), Path("val").string() + ": has 2 classes, expected at least 3");
}

TEST_F(Folders, WithDifferentClassesInValAreRefused) {
  fs::rename(Path("val/n02"), Path("val/n03"));
  EXPECT_EQ(ReadFailure(),
            Path("val").string() + ": its classes differ from train: \"n02\" is only in train");
  fs::rename(Path("val/n03"), Path("val/n02"));
  WriteFile(Path("val/n04/v.JPEG"), Jpeg(OneColor(6, 8, {1, 2, 3})));
  EXPECT_EQ(ReadFailure(),
            Path("val").string() + ": its classes differ from train: \"n04\" is only in val");
}

TEST_F(Folders, WithoutImagesAreRefused) {
  fs::remove(Path("train/n01/x.jpg"));
  EXPECT_EQ(ReadFailure(), Path("train/n01").string() + ": has no images");
}

TEST_F(Folders, WithOtherFilesAreRefused) {
  WriteFile(Path("train/n01/x.txt"), "");
  EXPECT_EQ(ReadFailure(),
            Path("train/n01/x.txt").string() + ": is not an image file, expected *.JPEG or *.jpg");
}

TEST_F(Folders, WithImagesOutsideOfClassesAreRefused) {
  WriteFile(Path("val/ILSVRC2012_val_00000001.JPEG"), "");
  EXPECT_EQ(ReadFailure(), Path("val/ILSVRC2012_val_00000001.JPEG").string() +
                               ": is not in the folder of a class, expected " +
                               Path("val/CLASS/ILSVRC2012_val_00000001.JPEG").string());
}

TEST_F(Folders, ThatAreMissingAreReported) {
  fs::remove_all(Path("train"));
  EXPECT_EQ(ReadFailure(), Path("train").string() + ": No such file or directory");
  fs::create_directories(Path("train"));
  EXPECT_EQ(ReadFailure(), Path("train").string() + ": has no folders of classes");
}

TEST_F(Folders, WithATruncatedImageAreRefusedBeforeTraining) {
  const std::string file = Jpeg(Gradient(30, 30));
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, file.size() / 2, file.size() - 3}) {
    WriteFile(Path("train/n02/c.JPEG"), file.substr(0, size));
    EXPECT_THAT(ReadFailure(), HasSubstr(Path("train/n02/c.JPEG").string() + ": ")) << size;
  }
  WriteFile(Path("train/n02/c.JPEG"), file + "more");  // odd, but complete
  EXPECT_EQ(ReadFailure(), "");
  WriteFile(Path("train/n02/c.JPEG"), Png(Gradient(30, 30)));
  EXPECT_EQ(ReadFailure(), "");
}

TEST_F(Folders, NameADamagedImageWhenItIsRead) {
  std::string file = Jpeg(Gradient(30, 30));
  file.replace(file.size() * 3 / 4, 2, "\xff\xd9");
  WriteFile(Path("train/n02/c.JPEG"), file);
  const ClassFolderSets sets = ReadClassFolders(directory_.path(), 0);
  Image image;
  EXPECT_THAT(Failure([&] { sets.train->Read(3, image); }),
              HasSubstr(Path("train/n02/c.JPEG").string() + ": is not an intact JPEG file: "));
}

}  // namespace
}  // namespace lode::images
