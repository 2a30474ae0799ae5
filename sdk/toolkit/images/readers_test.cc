// The readers of small images: IDX and CIFAR.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/temporary_directory.h"
#include "toolkit/images/cifar.h"
#include "toolkit/images/idx.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// ---- IDX

std::string Idx(std::initializer_list<std::size_t> shape, const std::string& elements) {
  std::string file = {'\0', '\0', '\x08', static_cast<char>(shape.size())};
  for (const std::size_t n : shape) {
    for (const int shift : {24, 16, 8, 0}) { file += static_cast<char>(n >> shift & 255); }
  }
  return file + elements;
}

std::string IdxFailure(const std::string& bytes, std::size_t dimensions) {
  return Failure([&] { ParseIdx(bytes, dimensions, "F"); });
}

class IdxFiles : public testing::Test {
 protected:
  IdxFiles() {
    Write("train-images-idx3-ubyte", Idx({4, 2, 3}, Noise(24)));
    Write("train-labels-idx1-ubyte", Idx({4}, {'\x02', '\x00', '\x01', '\x02'}));
    Write("t10k-images-idx3-ubyte", Idx({1, 2, 3}, Noise(6, 9)));
    Write("t10k-labels-idx1-ubyte", Idx({1}, {'\x01'}));
  }
  void Write(const std::string& name, const std::string& bytes) const {
    WriteFile(path(name), bytes);
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string ReadFailure() const {
    return Failure([this] { ReadIdxSets(directory_.path(), 3, 3); });
  }
  TemporaryDirectory directory_;
};

TEST(Idx, ReadsArraysOfAnyDimension) {
  const IdxArray array = ParseIdx(Idx({2, 3, 1}, "abcdef"), 3, "F");
  EXPECT_THAT(array.shape, ElementsAre(2, 3, 1));
  EXPECT_EQ(ParseIdx(Idx({0}, ""), 1, "F").elements, "");
  const std::string large = Idx({70000}, std::string(70000, 'x'));
  EXPECT_EQ(ParseIdx(large, 1, "F").elements.size(), 70000u);
}

TEST(Idx, RefusesInvalidArrays) {
  EXPECT_EQ(IdxFailure("", 1), "F: has 0 bytes, expected 8 of a header");
  EXPECT_EQ(IdxFailure(Idx({1, 2, 3}, "").substr(0, 15), 3),
            "F: has 15 bytes, expected 16 of a header");
  EXPECT_EQ(IdxFailure(Idx({1, 2, 3}, "abcdef"), 1),
            "F: begins with the number 2051, expected 2049, that of bytes in 1 dimensions");
  EXPECT_EQ(IdxFailure(Idx({6}, "abcde"), 1), "F: has 5 bytes after its header, expected 6");
  EXPECT_EQ(IdxFailure(Idx({6}, "abcdefg"), 1), "F: has 7 bytes after its header, expected 6");
  EXPECT_EQ(IdxFailure(Idx({0xffffffff, 0xffffffff, 0xffffffff}, "x"), 3),
            "F: has 1 bytes after its header, expected more than fits in memory");
}

TEST_F(IdxFiles, AreReadPlainAndCompressed) {
  for (const bool packed : {false, true}) {
    if (packed) {
      Write("train-images-idx3-ubyte.gz", Gzip(FileBytes(path("train-images-idx3-ubyte"))));
      fs::remove(path("train-images-idx3-ubyte"));
    }
    const PixelSets sets = ReadIdxSets(directory_.path(), 3, 3);
    ASSERT_EQ(sets.train->size(), 4u);
    ASSERT_EQ(sets.test->size(), 1u);
    EXPECT_EQ(sets.train->Label(0), 2u);
    EXPECT_EQ(sets.train->Label(2), 1u);
    Image image;
    sets.train->Read(2, image);
    EXPECT_EQ(image.height, 2u);
    EXPECT_EQ(image.width, 3u);
    EXPECT_EQ(image.channels, 1u);
    EXPECT_EQ(std::string(image.pixels.begin(), image.pixels.end()), Noise(24).substr(12, 6));
  }
}

TEST_F(IdxFiles, CanBeLimitedToTheFirstClasses) {
  const PixelSets sets = ReadIdxSets(directory_.path(), 3, 2);
  ASSERT_EQ(sets.train->size(), 2u);
  EXPECT_EQ(sets.train->classes(), 2u);
  EXPECT_EQ(sets.train->Label(0), 0u);
  Image image;
  sets.train->Read(0, image);
  EXPECT_EQ(std::string(image.pixels.begin(), image.pixels.end()), Noise(24).substr(6, 6));
}

TEST_F(IdxFiles, OfDifferentLengthsAreRefused) {
  Write("train-labels-idx1-ubyte", Idx({3}, {'\x02', '\x00', '\x01'}));
  EXPECT_EQ(ReadFailure(), path("train-images-idx3-ubyte") +
                               ": has 4 images, expected 3, as many as labels in " +
                               path("train-labels-idx1-ubyte"));
}

TEST_F(IdxFiles, WithALabelOutOfRangeAreRefused) {
  Write("train-labels-idx1-ubyte", Idx({4}, {'\x02', '\x00', '\x03', '\x02'}));
  EXPECT_EQ(ReadFailure(), path("train-labels-idx1-ubyte") + ": label 2 is 3, expected 0 to 2");
}

TEST_F(IdxFiles, ThatAreTruncatedAreRefused) {
  const std::string packed = Gzip(FileBytes(path("t10k-images-idx3-ubyte")));
  fs::remove(path("t10k-images-idx3-ubyte"));
  for (std::size_t size = 2; size < packed.size(); size += 3) {
    Write("t10k-images-idx3-ubyte.gz", packed.substr(0, size));
    EXPECT_EQ(ReadFailure(), path("t10k-images-idx3-ubyte.gz") + ": the gzip data is truncated");
  }
}

TEST_F(IdxFiles, ThatAreMissingAreReported) {
  fs::remove(path("t10k-labels-idx1-ubyte"));
  EXPECT_EQ(ReadFailure(), path("t10k-labels-idx1-ubyte.gz") + ": No such file or directory");
  EXPECT_EQ(Failure([] { ReadIdxSets("/nowhere", 3, 3); }),
            "/nowhere/train-labels-idx1-ubyte.gz: No such file or directory");
}

TEST_F(IdxFiles, WithoutPixelsAreRefused) {
  Write("train-images-idx3-ubyte", Idx({4, 0, 3}, ""));
  EXPECT_THAT(ReadFailure(), HasSubstr("its images have no pixels"));
}

// ---- CIFAR

std::string Record(std::initializer_list<int> labels, std::uint32_t seed) {
  std::string record;
  for (const int label : labels) { record += static_cast<char>(label); }
  return record + Noise(3072, seed);
}

class CifarFiles : public testing::Test {
 protected:
  CifarFiles() {
    for (int batch = 1; batch <= 5; ++batch) {
      Write(BatchName(batch), Record({batch}, 2u * batch) + Record({9 - batch}, 2u * batch + 1));
    }
    Write("test_batch.bin", Record({3}, 50));
    Write("train.bin", Record({19, 99}, 60) + Record({0, 1}, 61));
    Write("test.bin", Record({1, 0}, 70));
  }
  static std::string BatchName(int batch) { return "data_batch_" + std::to_string(batch) + ".bin"; }
  void Write(const std::string& name, const std::string& bytes) const {
    WriteFile(path(name), bytes);
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }
  std::string Failure10() const {
    return Failure([this] { ReadCifar10(directory_.path(), 10); });
  }
  std::string Failure100() const {
    return Failure([this] { ReadCifar100(directory_.path(), 100); });
  }
  TemporaryDirectory directory_;
};

// Compares planes of the file with pixels of the set.
void ExpectPixels(const ImageSet& set, std::size_t index, const std::string& planes) {
  Image image;
  set.Read(index, image);
  ASSERT_EQ(image.pixels.size(), 3072u);
  for (std::size_t y = 0; y < 32; ++y) {
    for (std::size_t x = 0; x < 32; ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        ASSERT_EQ(image.pixels[(y * 32 + x) * 3 + c],
                  static_cast<std::uint8_t>(planes[c * 1024 + y * 32 + x]));
      }
    }
  }
}

TEST_F(CifarFiles, AreRead) {
  const PixelSets ten = ReadCifar10(directory_.path(), 10);
  ASSERT_EQ(ten.train->size(), 10u);
  ASSERT_EQ(ten.test->size(), 1u);
  EXPECT_EQ(ten.train->channels(), 3u);
  EXPECT_EQ(ten.train->Label(4), 3u);
  EXPECT_EQ(ten.train->Label(9), 4u);
  ExpectPixels(*ten.train, 4, Noise(3072, 6));
  ExpectPixels(*ten.test, 0, Noise(3072, 50));

  const PixelSets hundred = ReadCifar100(directory_.path(), 100);
  ASSERT_EQ(hundred.train->size(), 2u);
  EXPECT_EQ(hundred.train->classes(), 100u);
  EXPECT_EQ(hundred.train->Label(0), 99u);
  ExpectPixels(*hundred.train, 1, Noise(3072, 61));
}

TEST_F(CifarFiles, AreFoundInTheFolderOfTheArchive) {
  const TemporaryDirectory outer;
  fs::copy(directory_.path(), outer.path() / "cifar-10-batches-bin");
  EXPECT_EQ(ReadCifar10(outer.path(), 10).train->size(), 10u);
}

TEST_F(CifarFiles, CanBeLimitedToTheFirstClasses) {
  const PixelSets sets = ReadCifar10(directory_.path(), 4);  // labels 1 to 5, and 8 to 4
  ASSERT_EQ(sets.train->size(), 3u);
  EXPECT_EQ(sets.train->Label(2), 3u);
  EXPECT_EQ(ReadCifar100(directory_.path(), 2).train->size(), 1u);
}

TEST_F(CifarFiles, ThatAreTruncatedAreRefused) {
  const std::string whole = FileBytes(path("data_batch_3.bin"));
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() - 1}) {
    Write("data_batch_3.bin", whole.substr(0, size));
    EXPECT_EQ(Failure10(), path("data_batch_3.bin") + ": has " + std::to_string(size) +
                               " bytes, expected images of 3073 bytes each");
  }
  Write("data_batch_3.bin", whole.substr(0, 3073));  // between two images
  EXPECT_EQ(Failure10(),
            path("data_batch_3.bin") + ": has 1 images, expected 2, as many as data_batch_1.bin");
}

TEST_F(CifarFiles, WithALabelOutOfRangeAreRefused) {
  Write("data_batch_5.bin", Record({1}, 1) + Record({10}, 2));
  EXPECT_EQ(Failure10(),
            path("data_batch_5.bin") + ": the label of image 1 is 10, expected 0 to 9");
  Write("train.bin", Record({20, 1}, 1));
  EXPECT_EQ(Failure100(),
            path("train.bin") + ": the coarse label of image 0 is 20, expected 0 to 19");
  Write("train.bin", Record({0, 100}, 1));
  EXPECT_EQ(Failure100(), path("train.bin") + ": the label of image 0 is 100, expected 0 to 99");
}

TEST_F(CifarFiles, OfTheOtherDataSetAreRefused) {
  EXPECT_THAT(Failure([this] {
                PixelSet set(kCifarShape, 100);
                ParseCifar(FileBytes(path("data_batch_1.bin")), kCifar100, "F", set);
              }),
              StartsWith("F: has 6146 bytes, expected images of 3074 bytes each"));
}

TEST_F(CifarFiles, ThatAreMissingAreReported) {
  fs::remove(path("data_batch_4.bin"));
  EXPECT_EQ(Failure10(), path("data_batch_4.bin") + ": No such file or directory");
  EXPECT_EQ(Failure([] { ReadCifar100("/nowhere", 100); }),
            "/nowhere/test.bin: No such file or directory");
}

}  // namespace
}  // namespace lode::images
