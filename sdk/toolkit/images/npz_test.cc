// NumPy's files, and down-sampled ImageNet in this format.
#include "toolkit/images/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/temporary_directory.h"
#include "toolkit/images/downsampled.h"
#include "toolkit/images/test_support.h"

namespace lode::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

NpyHeader Parse(const std::string& file) {
  const std::size_t size = NpyHeaderBytes(file, "F");
  return ParseNpyHeader(std::string_view(file).substr(0, size), "F");
}
std::string HeaderFailure(const std::string& text) {
  return Failure([&] { Parse(Npy(text, "")); });
}

TEST(Npy, ReadsHeadersOfEveryVersion) {
  for (const char version : {'\1', '\2', '\3'}) {
    const NpyHeader header = Parse(Npy(Dictionary("|u1", "(7, 3072)"), "", version));
    EXPECT_EQ(header.kind, 'u');
    EXPECT_EQ(header.element_bytes, 1u);
    EXPECT_THAT(header.shape, ElementsAre(7, 3072));
  }
  EXPECT_THAT(Parse(Npy(Dictionary("<i8", "(5,)"), "")).shape, ElementsAre(5));
  EXPECT_THAT(Parse(Npy(Dictionary("<i8", "()"), "")).shape, IsEmpty());
  EXPECT_EQ(Parse(Npy(R"({"shape":(2,),"fortran_order":False,"descr":"<u2"})", "")).element_bytes,
            2u);
}

TEST(Npy, ReadsEveryKindOfWholeNumber) {
  const auto value = [](const char* descr, const std::string& bytes) {
    return NpyInteger(Parse(Npy(Dictionary(descr, "()"), "")), bytes);
  };
  EXPECT_EQ(value("|u1", "\xff"), 255);
  EXPECT_EQ(value("|i1", "\xff"), -1);
  EXPECT_EQ(value("<u2", {'\x01', '\x02'}), 513);
  EXPECT_EQ(value("<i2", "\xfe\xff"), -2);
  EXPECT_EQ(value("<u4", "\xff\xff\xff\xff"), 4294967295);
  EXPECT_EQ(value("<i4", "\xff\xff\xff\xff"), -1);
  EXPECT_EQ(value("<i8", {'\x00', '\x00', '\x00', '\x00', '\x01', '\0', '\0', '\0'}), 4294967296);
}

TEST(Npy, RefusesPythonObjects) {
  EXPECT_THAT(HeaderFailure(Dictionary("|O", "(1,)")),
              HasSubstr("elements \"|O\" are Python objects, which are never read"));
}

TEST(Npy, RefusesEveryOtherHeader) {
  const std::pair<std::string, const char*> kFaults[] = {
      {"", ": expected '{'"},
      {"x{}", ": the header, byte 1 of its text: expected '{'"},
      {"{}", "no 'descr'"},
      {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
       "elements \"<f4\", expected whole numbers, '|u1' or '<i8' say"},
      {Dictionary(">i8", "(1,)"), "elements \">i8\", expected whole numbers"},
      {Dictionary("|u2", "(1,)"), "elements \"|u2\", expected whole numbers"},
      {"{'descr': [('a', '<i4')], }", "structured elements"},
      {"{'descr': '|u1', 'fortran_order': True, 'shape': (1,), }", "a column-major array"},
      {"{'descr': '|u1', 'fortran_order': 0, 'shape': (1,), }", "expected False or True"},
      {"{'descr': '|u1', 'descr': '|u1'}", "\"descr\" appears twice"},
      {"{'descr': '|u1', 'fortran_order': False}", "no 'shape'"},
      {"{'descr': '|u1', 'shape': (1,)}", "no 'fortran_order'"},
      {"{'dtype': '|u1'}", "unknown key \"dtype\""},
      {Dictionary("|u1", "(5)"), "expected ',' after the only size"},
      {Dictionary("|u1", "(-1,)"), "expected a size"},
      {Dictionary("|u1", "(1 2)"), "expected ',' or ')'"},
      {Dictionary("|u1", "(99999999999999999999,)"), "expected a size"},
      {Dictionary("<u8", "(4294967296, 4294967296)"), "is more than fits in memory"},
      {Dictionary("|u1", "__import__(\"os\")"), "expected '('"},
      {Dictionary("|u1", "(1,)") + "x", "expected the end"},
      {"{'descr", "an unterminated string"},
  };
  for (const auto& [text, message] : kFaults) {
    EXPECT_THAT(HeaderFailure(text), HasSubstr(message)) << text;
  }
}

TEST(Npy, RefusesFilesThatAreNotNpy) {
  const auto failure = [](const std::string& bytes) { return Failure([&] { Parse(bytes); }); };
  EXPECT_EQ(failure("abc"), "F: has 3 bytes, expected at least 12 of a header");
  EXPECT_EQ(failure("\x80\x04K\x01.............."),
            "F: begins with \"\\x80\\x04K\\x01..\", expected \"\\x93NUMPY\"");
  EXPECT_THAT(failure(Npy("", "", 4)), HasSubstr("has version 4.0 of the format"));
  EXPECT_THAT(failure("\x93NUMPY\x01" + std::string("\0\xff\xff", 3) + std::string(64, ' ')),
              HasSubstr("its header has 65535 bytes, expected at most 10000"));
}

// ---- archives

class Npz : public testing::Test {
 protected:
  std::string Write(const std::map<std::string, std::string>& members, bool packed = false) const {
    WriteZip(path_, members, packed);
    return path_.string();
  }
  // Reads an array of bytes to its end.
  std::string ReadFailure() const {
    return Failure([this] {
      const NpzFile file(path_.string());
      NpzArray array = file.Open("a");
      std::string bytes(array.header().shape.at(0), '\0');
      array.Read(bytes.data(), bytes.size());
      array.End();
    });
  }
  TemporaryDirectory directory_;
  fs::path path_ = directory_.path() / "f.npz";
};

TEST_F(Npz, ReadsArraysPlainAndCompressed) {
  const std::string bytes = Noise(100000);
  for (const bool packed : {false, true}) {
    const NpzFile file(Write(
        {{"a.npy", Npy(Dictionary("|u1", "(100000,)"), bytes)}, {"b.npy", Npy("{", "")}}, packed));
    NpzArray array = file.Open("a");
    std::string read(100000, '\0');
    array.Read(read.data(), 1);
    array.Read(read.data() + 1, 99999);
    array.End();
    EXPECT_EQ(read, bytes);
  }
}

TEST_F(Npz, RefusesArraysWhoseLengthDoesNotMatchTheirShape) {
  Write({{"a.npy", Npy(Dictionary("|u1", "(6,)"), "12345")}});
  EXPECT_EQ(ReadFailure(), path_.string() + ": a.npy: ends 1 bytes too early for its shape (6,)");
  Write({{"a.npy", Npy(Dictionary("|u1", "(4,)"), "12345")}});
  EXPECT_EQ(ReadFailure(), path_.string() + ": a.npy: continues after the end of its shape (4,)");
  Write({{"a.npy", "\x93NUMPY"}});
  EXPECT_THAT(ReadFailure(), HasSubstr("a.npy: has 6 bytes, expected at least 12"));
  Write({{"a.npy", Npy(Dictionary("|u1", "(4,)"), "").substr(0, 40)}});
  EXPECT_THAT(ReadFailure(), HasSubstr("a.npy: ends "));
}

TEST_F(Npz, RefusesDamage) {
  const std::string bytes = Noise(5000);
  for (const bool packed : {false, true}) {
    Write({{"a.npy", Npy(Dictionary("|u1", "(5000,)"), bytes)}}, packed);
    std::string file = FileBytes(path_);
    file[3000] = static_cast<char>(file[3000] ^ 4);
    WriteFile(path_, file);
    EXPECT_THAT(ReadFailure(), HasSubstr("the file is damaged")) << packed;
  }
}

TEST_F(Npz, RefusesFilesThatAreTruncatedAnywhere) {
  Write({{"a.npy", Npy(Dictionary("|u1", "(50,)"), Noise(50))}});
  const std::string file = FileBytes(path_);
  EXPECT_EQ(ReadFailure(), "");
  for (std::size_t size = 0; size < file.size(); ++size) {
    WriteFile(path_, file.substr(0, size));
    EXPECT_THAT(ReadFailure(), HasSubstr(path_.string())) << size;
  }
}

TEST_F(Npz, ReportsWhatIsMissing) {
  EXPECT_EQ(ReadFailure(),
            path_.string() + ": No such file, expected a zip archive of NumPy's (.npz)");
  Write({{"b.npy", ""}});
  EXPECT_EQ(ReadFailure(), path_.string() + ": has no a.npy");
}

TEST_F(Npz, ReadsNumPysOutput) {
  if (!HavePillow()) { GTEST_SKIP() << "no /usr/bin/python3 with NumPy"; }
  for (const std::string function : {"savez", "savez_compressed"}) {
    ASSERT_TRUE(RunPython("import numpy as np; np." + function + "(\"" + path_.string() +
                          "\", a=np.arange(251, dtype=np.uint8), labels=np.array([5, -7, 1000]), "
                          "mean=np.ones(3))"));
    EXPECT_EQ(ReadFailure(), "");
    const NpzFile file(path_.string());
    NpzArray labels = file.Open("labels");
    EXPECT_THAT(labels.header().shape, ElementsAre(3));
    std::string element(labels.header().element_bytes, '\0');
    labels.Read(element.data(), element.size());
    labels.Read(element.data(), element.size());
    EXPECT_EQ(NpyInteger(labels.header(), element), -7);
    EXPECT_THAT(Failure([&] { file.Open("mean"); }), HasSubstr("elements \"<f8\""));
  }
}

// ---- down-sampled ImageNet

constexpr std::size_t kSide = 16, kBytes = 3 * kSide * kSide;

std::string Labels(const std::vector<std::int64_t>& labels) {
  std::string elements(labels.size() * 8, '\0');
  std::memcpy(elements.data(), labels.data(), elements.size());
  return Npy(Dictionary("<i8", "(" + std::to_string(labels.size()) + ",)"), elements);
}
std::string Pixels(std::size_t images, std::uint32_t seed) {
  return Npy(Dictionary("|u1", "(" + std::to_string(images) + ", 768)"),
             Noise(images * kBytes, seed));
}

class Downsampled : public testing::Test {
 protected:
  Downsampled() {
    for (std::uint32_t batch = 1; batch <= 10; ++batch) {
      WriteBatch(batch, {{"data.npy", Pixels(3, batch)}, {"labels.npy", Labels({1, 3, 2})}});
    }
    WriteZip(Path("val_data.npz"), {{"data.npy", Pixels(3, 50)}, {"labels.npy", Labels({3, 1, 2})}},
             true);
  }
  fs::path Path(const std::string& name) const { return directory_.path() / name; }
  void WriteBatch(std::uint32_t batch, const std::map<std::string, std::string>& members) const {
    WriteZip(Path(Name(batch)), members);
  }
  static std::string Name(std::uint32_t batch) {
    return "train_data_batch_" + std::to_string(batch) + ".npz";
  }
  std::string ReadFailure() const {
    return Failure([this] { ReadDownsampled(directory_.path(), kSide, 3); });
  }
  TemporaryDirectory directory_;
};

TEST_F(Downsampled, ReadsTheFiles) {
  const PixelSets sets = ReadDownsampled(directory_.path(), kSide, 3);
  ASSERT_EQ(sets.train->size(), 30u);
  ASSERT_EQ(sets.test->size(), 3u);
  EXPECT_EQ(sets.train->Label(4), 2u);
  EXPECT_EQ(sets.test->Label(0), 2u);
  Image image;
  sets.train->Read(28, image);  // the second of the last batch
  EXPECT_EQ(image.height, kSide);
  const std::string planes = Noise(3 * kBytes, 10).substr(kBytes, kBytes);
  for (std::size_t i = 0; i < kSide * kSide; ++i) {
    for (std::size_t c = 0; c < 3; ++c) {
      ASSERT_EQ(image.pixels[3 * i + c], static_cast<std::uint8_t>(planes[c * 256 + i]));
    }
  }
}

TEST_F(Downsampled, CanBeLimitedToTheFirstClasses) {
  const PixelSets sets = ReadDownsampled(directory_.path(), kSide, 2);
  ASSERT_EQ(sets.train->size(), 20u);
  EXPECT_EQ(sets.train->classes(), 2u);
  EXPECT_EQ(sets.train->Label(1), 1u);
  Image image;
  sets.train->Read(1, image);
  EXPECT_EQ(image.pixels[0], static_cast<std::uint8_t>(Noise(3 * kBytes, 1)[2 * kBytes]));
}

TEST_F(Downsampled, FindsTheFoldersOfTheArchives) {
  fs::create_directories(Path("Imagenet16_train_npz"));
  fs::create_directories(Path("Imagenet16_val_npz"));
  for (std::uint32_t batch = 1; batch <= 10; ++batch) {
    fs::rename(Path(Name(batch)), Path("Imagenet16_train_npz") / Name(batch));
  }
  fs::rename(Path("val_data.npz"), Path("Imagenet16_val_npz") / "val_data.npz");
  EXPECT_EQ(ReadDownsampled(directory_.path(), kSide, 3).train->size(), 30u);
}

TEST_F(Downsampled, RefusesAnotherResolution) {
  EXPECT_EQ(Failure([this] { ReadDownsampled(directory_.path(), 32, 3); }),
            Path("train_data_batch_1.npz").string() +
                ": data.npy: has the shape (3, 768), expected (3, 3072), a row of planes for each "
                "label");
}

TEST_F(Downsampled, RefusesDifferentCountsOfImagesAndLabels) {
  WriteBatch(4, {{"data.npy", Pixels(3, 4)}, {"labels.npy", Labels({1, 2})}});
  EXPECT_THAT(ReadFailure(), HasSubstr("train_data_batch_4.npz: data.npy: has the shape (3, 768), "
                                       "expected (2, 768)"));
}

TEST_F(Downsampled, RefusesALabelOutOfRange) {
  for (const std::int64_t label : {0, -1, 1001}) {
    WriteBatch(9, {{"data.npy", Pixels(2, 4)}, {"labels.npy", Labels({1, label})}});
    EXPECT_THAT(ReadFailure(), HasSubstr("train_data_batch_9.npz: labels.npy: label 1 is " +
                                         std::to_string(label) + ", expected 1 to 1000"));
  }
}

TEST_F(Downsampled, RefusesOtherElements) {
  WriteBatch(2, {{"data.npy", Npy(Dictionary("|i1", "(1, 768)"), Noise(768))},
                 {"labels.npy", Labels({1})}});
  EXPECT_THAT(ReadFailure(), HasSubstr("data.npy: its elements are not unsigned bytes"));
  WriteBatch(2, {{"data.npy", Pixels(1, 1)},
                 {"labels.npy", Npy(Dictionary("|O", "(1,)"), "\x80\x03K\x01.")}});
  EXPECT_THAT(ReadFailure(), HasSubstr("Python objects, which are never read"));
}

TEST_F(Downsampled, RefusesPickles) {
  fs::remove(Path(Name(7)));
  EXPECT_EQ(ReadFailure(), Path(Name(7)).string() + ": No such file");
  WriteFile(Path("train_data_batch_7"), "\x80\x03.");
  EXPECT_EQ(ReadFailure(), Path(Name(7)).string() +
                               ": No such file; train_data_batch_7 is a pickle, which is never "
                               "read: the authors publish the same as .npz");
}

}  // namespace
}  // namespace lode::images
