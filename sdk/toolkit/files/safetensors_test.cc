#include "toolkit/files/safetensors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <lode/plugin.hpp>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace lode::files {
namespace {

using Floats = std::vector<float>;
using Sizes = std::vector<std::size_t>;

std::string Bytes(const Floats& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

std::string File(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + data;
}

std::string LoadFailure(const std::string& file) {
  return lode::Failure<IoError>([&] { ParseSafetensors(file, "F"); });
}

TEST(Safetensors, ReadsTensorsInAnyOrderOfTheHeader) {
  const auto [tensors, metadata] =
      ParseSafetensors(File(R"({"b":{"shape":[3],"data_offsets":[24,36],"dtype":"F32"},
               "__metadata__":{"format":"pt","source":"\u00e9"},
               "a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}   )",
                            Bytes({1, 2, 3, 4, 5, 6, -1.5f, 0, 0x1p-149f})),
                       "F");
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(metadata, (Metadata{{"format", "pt"}, {"source", "\u00e9"}}));
  EXPECT_EQ(tensors.at("a").shape, (Sizes{2, 3}));
  EXPECT_EQ(tensors.at("a").values, (Floats{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(tensors.at("b").shape, (Sizes{3}));
  EXPECT_EQ(tensors.at("b").values, (Floats{-1.5f, 0, 0x1p-149f}));
}

TEST(Safetensors, ReadsScalarsEmptyTensorsAndNoTensors) {
  const auto [tensors, metadata] =
      ParseSafetensors(File(R"({"empty":{"dtype":"F32","shape":[4,0],"data_offsets":[4,4]},
                                "scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})",
                            Bytes({7})),
                       "F");
  EXPECT_EQ(tensors.at("scalar").shape, Sizes{});
  EXPECT_EQ(tensors.at("scalar").values, Floats{7});
  EXPECT_EQ(tensors.at("empty").shape, (Sizes{4, 0}));
  EXPECT_EQ(tensors.at("empty").values, Floats{});
  EXPECT_TRUE(ParseSafetensors(File("{}"), "F").tensors.empty());
}

TEST(Safetensors, ReadsEveryFloat) {
  const float infinity = std::numeric_limits<float>::infinity();
  const auto [tensors, metadata] =
      ParseSafetensors(File(R"({"x":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}})",
                            Bytes({std::nanf(""), infinity, -infinity})),
                       "F");
  EXPECT_TRUE(std::isnan(tensors.at("x").values[0]));
  EXPECT_EQ(tensors.at("x").values[1], infinity);
  EXPECT_EQ(tensors.at("x").values[2], -infinity);
}

TEST(Safetensors, RefusesAHeaderBeyondTheFile) {
  EXPECT_EQ(LoadFailure(""), "F: has 0 bytes, expected 8 of the header's length");
  EXPECT_EQ(LoadFailure("1234567"), "F: has 7 bytes, expected 8 of the header's length");
  EXPECT_EQ(LoadFailure(File("{}").substr(0, 9)),
            "F: the header has 2 bytes, but the file has only 1 after its length");
  EXPECT_EQ(LoadFailure(std::string("\x00\xe1\xf5\x05\x00\x00\x00\x00{}", 10)),
            "F: the header has 100000000 bytes, but the file has only 2 after its length");
  EXPECT_EQ(
      LoadFailure(std::string("\x01\xe1\xf5\x05\x00\x00\x00\x00{}", 10)),
      "F: the header has 100000001 bytes, expected at most 100000000: not a safetensors file");
  EXPECT_EQ(LoadFailure("\xff\xff\xff\xff\xff\xff\xff\xff{}"),
            "F: the header has 18446744073709551615 bytes, expected at most 100000000: not a "
            "safetensors file");
}

TEST(Safetensors, RefusesAHeaderThatIsNotSuchJson) {
  using namespace std::string_literals;
  const std::pair<std::string, const char*> kFaults[] = {
      {"", "the header begins with \"\", expected \"{\""},
      {" {}", "the header begins with \" \", expected \"{\""},
      {"[]", "the header begins with \"[\", expected \"{\""},
      {"{", "the header is not JSON at its byte 2, last read: \"{\""},
      {"{}}", "the header is not JSON at its byte 3, last read: \"{}}\""},
      {"{}\0{}"s, "the header is not JSON at its byte 3, last read: \"\\x00\""},
      {"{\"a\" 1}", "the header is not JSON at its byte 6, last read: \"1\""},
      {"{\"\xff\":{}}", "the header is not JSON at its byte 3, last read: \"\"\\xff\""},
      {R"({"a":1})", "\"a\" is 1, expected an object"},
      {R"({"a":null})", "\"a\" is null, expected an object"},
      {R"({"a":[{}]})", "\"a\" is a list, expected an object"},
      {R"({"__metadata__":"x"})", "\"__metadata__\" is \"x\", expected an object"},
      {R"({"__metadata__":{"x":true}})", "\"__metadata__\", \"x\" is true, expected text"},
      {R"({"__metadata__":{"x":{}}})", "\"__metadata__\", \"x\" is an object, expected text"},
      {R"({"__metadata__":{"x":"1","x":"2"}})", "\"__metadata__\" has \"x\" twice"},
      {R"({"__metadata__":{},"__metadata__":{}})", "the header has \"__metadata__\" twice"},
  };
  for (const auto& [header, message] : kFaults) {
    EXPECT_EQ(LoadFailure(File(header)), std::string("F: ") + message) << header;
  }
}

TEST(Safetensors, RefusesInvalidFieldsOfTensors) {
  const std::pair<const char*, const char*> kFaults[] = {
      {R"("dtype":"F16","shape":[2],"data_offsets":[0,4])",
       ", \"dtype\" is \"F16\", but only \"F32\" is supported"},
      {R"("dtype":"f32","shape":[1],"data_offsets":[0,4])",
       ", \"dtype\" is \"f32\", but only \"F32\" is supported"},
      {R"("dtype":32)", ", \"dtype\" is 32, expected text"},
      {R"("dtype":["F32"])", ", \"dtype\" is a list, expected text"},
      {R"("shape":[1],"data_offsets":[0,4])", " has no \"dtype\""},
      {R"("dtype":"F32","data_offsets":[0,4])", " has no \"shape\""},
      {R"("dtype":"F32","shape":[1])", " has no \"data_offsets\""},
      {R"("dtype":"F32","dtype":"F32")", " has \"dtype\" twice"},
      {R"("dtype":"F32","strides":[1])",
       " has a field \"strides\", expected \"dtype\", \"shape\" and \"data_offsets\""},
      {R"("shape":1)", ", \"shape\" is 1, expected a list of sizes"},
      {R"("shape":[-1])", ", \"shape\" has -1, expected whole numbers, 0 or more"},
      {R"("shape":[1.5])", ", \"shape\" has 1.5, expected whole numbers, 0 or more"},
      {R"("shape":[1e0])", ", \"shape\" has 1e0, expected whole numbers, 0 or more"},
      {R"("shape":[18446744073709551616])",
       ", \"shape\" has 18446744073709551616, expected whole numbers, 0 or more"},
      {R"("shape":["1"])", ", \"shape\" has \"1\", expected whole numbers, 0 or more"},
      {R"("shape":[[1]])", ", \"shape\" has a list, expected whole numbers, 0 or more"},
      {R"("data_offsets":{})", ", \"data_offsets\" is an object, expected a list of two offsets"},
      {R"("data_offsets":[0])",
       ", \"data_offsets\" has only one, expected two whole numbers, 0 or more"},
      {R"("data_offsets":[0,4,8])",
       ", \"data_offsets\" has three, expected two whole numbers, 0 or more"},
      {R"("data_offsets":[0,"4"])",
       ", \"data_offsets\" has \"4\", expected two whole numbers, 0 or more"},
  };
  for (const auto& [fields, message] : kFaults) {
    EXPECT_EQ(LoadFailure(File("{\"t\":{" + std::string(fields) + "}}", Bytes({1}))),
              std::string("F: tensor \"t\"") + message)
        << fields;
  }
  EXPECT_EQ(LoadFailure(File(R"({"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
                             "t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})",
                             Bytes({1, 2}))),
            "F: the header has \"t\" twice");
}

std::string Entry(const char* name, const char* shape, const char* offsets) {
  return "\"" + std::string(name) + "\":{\"dtype\":\"F32\",\"shape\":" + shape +
         ",\"data_offsets\":" + offsets + "}";
}

TEST(Safetensors, RefusesTensorsThatDoNotFillTheData) {
  struct Fault {
    std::string entries;
    std::size_t data;
    const char* message;
  };
  const Fault kFaults[] = {
      {Entry("a", "[1]", "[4,0]"), 4,
       "tensor \"a\", bytes 4 to 0 of the data, ends before it begins"},
      {Entry("a", "[2]", "[0,8]"), 4,
       "tensor \"a\", bytes 0 to 8 of the data, reaches past the end of the data, which has 4 "
       "bytes"},
      {Entry("a", "[1]", "[18446744073709551612,18446744073709551615]"), 4,
       "tensor \"a\", bytes 18446744073709551612 to 18446744073709551615 of the data, reaches past "
       "the end of the data, which has 4 bytes"},
      {Entry("a", "[2]", "[0,4]"), 4,
       "tensor \"a\", bytes 0 to 4 of the data, does not have the size of its shape [2], 8 bytes"},
      {Entry("a", "[1]", "[0,3]"), 3,
       "tensor \"a\", bytes 0 to 3 of the data, does not have the size of its shape [1], 4 bytes"},
      {Entry("a", "[4294967296,4294967296]", "[0,0]"), 0,
       "tensor \"a\", bytes 0 to 0 of the data, does not have the size of its shape [4294967296, "
       "4294967296], more than fits in memory"},
      {Entry("a", "[4611686018427387905]", "[0,4]"), 4,
       "tensor \"a\", bytes 0 to 4 of the data, does not have the size of its shape "
       "[4611686018427387905], more than fits in memory"},
      {Entry("a", "[2]", "[0,8]") + "," + Entry("b", "[2]", "[4,12]"), 12,
       "tensor \"b\", bytes 4 to 12 of the data, overlaps the tensor before it"},
      {Entry("a", "[1]", "[0,4]") + "," + Entry("b", "[1]", "[0,4]"), 4,
       "tensor \"b\", bytes 0 to 4 of the data, overlaps the tensor before it"},
      {Entry("a", "[1]", "[4,8]"), 8,
       "bytes 0 to 4 of the data, before tensor \"a\", belong to no tensor"},
      {Entry("b", "[1]", "[8,12]") + "," + Entry("a", "[1]", "[0,4]"), 12,
       "bytes 4 to 8 of the data, before tensor \"b\", belong to no tensor"},
      {Entry("a", "[1]", "[0,4]"), 6,
       "bytes 4 to 6 of the data, the last ones, belong to no tensor"},
      {"", 1, "bytes 0 to 1 of the data, the last ones, belong to no tensor"},
  };
  for (const auto& [entries, data, message] : kFaults) {
    EXPECT_EQ(LoadFailure(File("{" + entries + "}", std::string(data, 'x'))),
              std::string("F: ") + message)
        << entries;
  }
}

std::string TwoTensors() {
  return File("{" + Entry("a", "[2,2]", "[0,16]") + "," + Entry("b", "[1]", "[16,20]") + "}",
              Bytes({1, 2, 3, 4, 5}));
}

TEST(Safetensors, RefusesEveryTruncatedFile) {
  const std::string file = TwoTensors();
  EXPECT_EQ(LoadFailure(file), "");
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(LoadFailure(file.substr(0, size)), "") << size;
  }
  EXPECT_NE(LoadFailure(file + "x"), "");
}

TEST(Safetensors, DamagedHeadersNeverCrash) {
  std::mt19937 bits(7);
  const std::string file = TwoTensors();
  for (int n = 0; n < 20'000; ++n) {
    std::string damaged = file;
    for (int k = 0; k < 3; ++k) {
      damaged[bits() % (file.size() - 20)] = static_cast<char>(bits() % 128);
    }
    LoadFailure(damaged);
  }
}

TEST(Safetensors, DeepNestingIsRefused) {
  for (const char* opening : {"{\"a\":", "[", "{\"a\":["}) {
    std::string header = "{\"a\":{\"shape\":";
    for (int n = 0; n < 100'000; ++n) { header += opening; }
    EXPECT_NE(LoadFailure(File(header)), "") << opening;
  }
}

TEST(Safetensors, MetadataAreReadWithoutTheTensors) {
  const TemporaryDirectory directory;
  const std::string file = (directory.path() / "file").string();
  WriteSafetensors(file, {{{"a", {{2}, {1, 2}}}}, {{"accuracy_env", "82.3"}}});
  const std::uintmax_t size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, size - 1);  // the last element is damaged
  EXPECT_EQ(ReadSafetensorsMetadata(file), (Metadata{{"accuracy_env", "82.3"}}));
  for (const std::uintmax_t bytes : {0, 7, 8, 9, 40}) {
    std::filesystem::resize_file(file, bytes);
    EXPECT_THROW(ReadSafetensorsMetadata(file), IoError) << bytes;
  }
  EXPECT_THROW(ReadSafetensorsMetadata(directory.path().string()), IoError);
}

TEST(Safetensors, FilesThatCannotBeReadAreRefused) {
  const TemporaryDirectory directory;
  const auto failure = [](const std::string& path) {
    try {
      ReadSafetensors(path);
    } catch (const IoError& e) { return std::string(e.what()); }
    return std::string();
  };
  const std::string path = directory.path().string();
  EXPECT_EQ(failure(path), path + ": is not a regular file");
  EXPECT_EQ(failure(path + "/none"), path + "/none: No such file or directory");
  const std::string file = path + "/file";
  std::ofstream(file, std::ios::binary) << TwoTensors();
  EXPECT_EQ(failure(file), "");
  EXPECT_EQ(ReadSafetensors(file).tensors.at("b").values, Floats{5});
  std::filesystem::resize_file(file, (std::uintmax_t{1} << 33) + 1);
  EXPECT_EQ(failure(file), file + ": has 8589934593 bytes, expected at most 8589934592");
}

TEST(Safetensors, ReadsWhatItWrites) {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "w.safetensors";
  const Safetensors contents{
      {{"b", {{2, 1}, {1.5F, -0.0F}}}, {"a", {{}, {7}}}, {"none", {{0}, {}}}},
      {{"epoch", "3"}, {"say", "\"\u00e9\""}}};
  WriteSafetensors(path, contents);
  const Safetensors again = ReadSafetensors(path);
  EXPECT_EQ(again.metadata, contents.metadata);
  ASSERT_EQ(again.tensors.size(), 3U);
  for (const auto& [name, tensor] : contents.tensors) {
    EXPECT_EQ(again.tensors.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(again.tensors.at(name).values, tensor.values) << name;
  }
  // The published form: tensors begin at a multiple of eight bytes.
  const std::string bytes = FormatSafetensors(contents);
  EXPECT_EQ(bytes.size() % 4, 0U);
  EXPECT_EQ((bytes.size() - 3 * sizeof(float)) % 8, 0U);
}

TEST(Safetensors, ShapesAsText) {
  EXPECT_EQ(ShapeText({}), "[]");
  EXPECT_EQ(ShapeText({400, 128}), "[400, 128]");
  EXPECT_EQ(ShapeText(Sizes(17, 1)), "[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, ...]");
}

}  // namespace
}  // namespace lode::files
