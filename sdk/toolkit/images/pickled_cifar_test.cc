#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <lode/plugin.hpp>

#include "tests/temporary_directory.h"
#include "toolkit/images/cifar.h"
#include "toolkit/images/data.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using testing::HasSubstr;

template <std::size_t kSize>
std::string Bytes(const char (&text)[kSize]) {
  return {text, kSize - 1};
}
std::string Word(std::size_t value) {
  std::string word;
  for (int shift = 0; shift < 32; shift += 8) { word += static_cast<char>(value >> shift & 255); }
  return word;
}

// An array of bytes, as pickled by numpy in Python 2.
std::string Array(std::size_t rows, const std::string& data) {
  return Bytes(
             "cnumpy.core.multiarray\n_reconstruct\nq\x03"
             "cnumpy\nndarray\nq\x04K\x00\x85U\x01"
             "b\x87Rq\x05(K\x01J") +
         Word(rows) + "J" + Word(data.size() / rows) +
         Bytes(
             "\x86"
             "cnumpy\ndtype\nq\x06U\x02u1K\x00K\x01\x87Rq\x07(K\x03U\x01|NNNJ\xff\xff\xff\xffJ"
             "\xff\xff\xff\xffK\x00tb\x89T") +
         Word(data.size()) + data + "tb";
}
std::string Dict(const std::string& items) { return Bytes("\x80\x02}q\x01(") + items + "u."; }
std::string Key(const std::string& key) {
  return "U" + std::string(1, static_cast<char>(key.size())) + key;
}
std::string Numbers(const std::vector<int>& numbers) {
  std::string list = "](";
  for (const int number : numbers) { list += std::string("K") + static_cast<char>(number); }
  return list + "e";
}
// A batch of CIFAR in its Python version.
std::string PickledBatch(const std::string& key, const std::vector<int>& labels,
                         const std::string& pixels) {
  return Dict(Key("batch_label") + Key("batch 1 of 5") + Key(key) + Numbers(labels) + Key("data") +
              Array(labels.size(), pixels) + Key("filenames") + "](" + Key("a.png") + "e");
}

class PickledCifar : public testing::Test {
 protected:
  void Write(const std::string& name, const std::string& bytes) const {
    WriteFile((directory_.path() / name).string(), bytes);
  }
  TemporaryDirectory directory_;
};

TEST_F(PickledCifar, HasTheImagesOfTheBinaryVersion) {
  const std::string folder = "cifar-10-batches-py/";
  fs::create_directory(directory_.path() / folder);
  for (int batch = 1; batch <= 5; ++batch) {
    const auto seed = static_cast<std::uint32_t>(batch);
    Write(folder + "data_batch_" + std::to_string(batch),
          PickledBatch("labels", {batch, 9 - batch}, Noise(2 * 3072, seed)));
  }
  Write(folder + "test_batch", PickledBatch("labels", {3}, Noise(3072, 7)));
  const PixelSets sets = ReadCifar10(directory_.path(), 10);
  ASSERT_EQ(sets.train->size(), 10u);
  EXPECT_EQ(sets.test->Label(0), 3u);
  EXPECT_EQ(sets.train->Label(3), 7u);
  PixelSet binary(kCifarShape, 10);
  ParseCifar("\x02" + Noise(2 * 3072, 2).substr(0, 3072), kCifar10, "F", binary);
  Image image, expected;
  sets.train->Read(2, image);
  binary.Read(0, expected);
  EXPECT_EQ(image.pixels, expected.pixels);
}

TEST_F(PickledCifar, UsesFineLabelsFor100Classes) {
  const std::string batch = Dict(Key("data") + Array(2, Noise(2 * 3072)) + Key("coarse_labels") +
                                 Numbers({1, 2}) + Key("fine_labels") + Numbers({99, 7}));
  Write("train", batch);
  Write("test", batch);
  const PixelSets sets = ReadCifar100(directory_.path(), 100);
  EXPECT_EQ(sets.train->Label(0), 99u);
  EXPECT_EQ(sets.test->Label(1), 7u);
}

TEST_F(PickledCifar, RefusesArraysOfSomethingElse) {
  const auto failure = [](std::string bytes, const std::string& from, const std::string& to) {
    PixelSet set(kCifarShape, 10);
    bytes.replace(bytes.find(from), from.size(), to);
    return Failure([&] { ParsePickledCifar(bytes, kCifar10, "F", set); });
  };
  const std::string batch = PickledBatch("labels", {1, 2}, Noise(2 * 3072));
  EXPECT_EQ(failure(batch, "u1", "f4"), "F: has an array of something other than bytes");
  EXPECT_EQ(failure(batch, Word(2), Word(3)),
            "F: has an array whose bytes do not fit its dimensions");
  EXPECT_EQ(failure(batch, Word(3072), Word(0xffffffff)),
            "F: has an array of impossible dimensions");
  EXPECT_EQ(failure(batch, "tb\x89T", "tb\x88T"), "F: has a column-major array");
  EXPECT_THAT(
      failure(batch, "numpy\nndarray", "os\nsystem"),
      HasSubstr("asks for \"os.system\", which is not part of a collection, number or array "
                "of bytes"));
}

TEST_F(PickledCifar, RefusesFilesThatAreNotBatches) {
  const auto failure = [](const std::string& bytes) {
    PixelSet set(kCifarShape, 10);
    return Failure([&] { ParsePickledCifar(bytes, kCifar10, "F", set); });
  };
  EXPECT_EQ(failure(Dict(Key("labels") + Numbers({1}))),
            "F: has no array \"data\" of images of 3072 bytes each");
  EXPECT_EQ(failure(PickledBatch("labels", {1, 2}, Noise(2 * 3071))),
            "F: has no array \"data\" of images of 3072 bytes each");
  EXPECT_EQ(failure(PickledBatch("fine_labels", {1}, Noise(3072))),
            "F: has no list \"labels\" with a label for each of its 1 images");
  EXPECT_EQ(failure(PickledBatch("labels", {10}, Noise(3072))),
            "F: the label of image 0 is 10, expected 0 to 9");
}

// The output of current Python and numpy.
TEST_F(PickledCifar, ReadsPython3sPickles) {
  const std::string program =
      "import pickle, numpy, sys\n"
      "for n, name in enumerate(('train', 'test')):\n"
      "  data = numpy.arange(2 * 3072, dtype='uint8').reshape(2, 3072)\n"
      "  with open(sys.argv[1] + '/' + name, 'wb') as f:\n"
      "    pickle.dump({b'data': data, b'fine_labels': [5, 6]}, f, protocol=3 + n)\n";
  Write("make.py", program);
  const std::string command = "/usr/bin/python3 " + (directory_.path() / "make.py").string() + " " +
                              directory_.path().string() + " 2> /dev/null";
  if (std::system(command.c_str()) != 0) {
    GTEST_SKIP() << "no numpy";  // NOLINT
  }
  const PixelSets sets = ReadCifar100(directory_.path(), 100);
  EXPECT_EQ(sets.train->Label(0), 5u);
  Image image;
  sets.test->Read(1, image);
  EXPECT_EQ(image.pixels[3], 1) << "red of the second pixel";
}

TEST_F(PickledCifar, ReportsAnArchiveWithAdvice) {
  const std::string path = directory_.path().string();
  const std::string command =
      "cd " + path + " && mkdir cifar-10-batches-py && tar -czf c.tar.gz cifar-10-batches-py";
  ASSERT_EQ(std::system(command.c_str()), 0);  // NOLINT
  const std::string advice =
      "is a .tar.gz archive: unpack it with `tar -xzf " + path + "/c.tar.gz -C " + path + "`";
  EXPECT_THAT(Failure([&] {
                Open({"cifar10", path, 0});
              }),
              HasSubstr("; c.tar.gz in it " + advice));
  EXPECT_EQ(Failure([&] {
              Open({"cifar10", path + "/c.tar.gz", 0});
            }),
            path + "/c.tar.gz: " + advice);
}

}  // namespace
}  // namespace lode::images
