#include "toolkit/pytorch/pytorch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace lode::pytorch {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Floats = std::vector<float>;
using Entries = std::vector<std::pair<std::string, std::string>>;

template <std::size_t kSize>
std::string Bytes(const char (&text)[kSize]) {
  return {text, kSize - 1};
}
template <class T>
std::string Raw(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// ---- pickles

std::string Number(std::uint32_t value) { return "J" + Raw<std::uint32_t>({value}); }
std::string Text(const std::string& text) {
  return "X" + Raw<std::uint32_t>({static_cast<std::uint32_t>(text.size())}) + text;
}
std::string Tuple(const std::vector<std::uint32_t>& numbers) {
  std::string tuple = "(";
  for (const std::uint32_t number : numbers) { tuple += Number(number); }
  return tuple + "t";
}

struct TensorText {
  std::string type = "FloatStorage", key = "0";
  std::uint32_t count = 6, first = 0;
  std::vector<std::uint32_t> shape = {2, 3}, strides = {3, 1};

  std::string Pickled() const {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + Text("storage") + "ctorch\n" + type + "\n" +
           Text(key) + Text("cpu") + Number(count) + "tQ" + Number(first) + Tuple(shape) +
           Tuple(strides) + "\x89NtR";
  }
};

std::string Dict(const std::string& items) { return "}(" + items + "u"; }
std::string Pickled(const std::string& value) { return Bytes("\x80\x02") + value + "."; }

// ---- files

std::string Old(const std::string& contents, const std::string& keys, const std::string& storages) {
  return Bytes(
             "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
             "\x80\x02M\xe9\x03.") +
         Pickled(Dict(Text("little_endian") + "\x88")) + Pickled(contents) + Pickled(keys) +
         storages;
}

std::string Zip(const Entries& entries, bool compressed = false) {
  zip_error_t error;
  zip_source_t* target = zip_source_buffer_create(nullptr, 0, 0, &error);
  zip_t* zip = zip_open_from_source(target, ZIP_TRUNCATE, &error);
  zip_source_keep(target);
  for (const auto& [name, content] : entries) {
    zip_source_t* source = zip_source_buffer(zip, content.data(), content.size(), 0);
    const auto at = static_cast<zip_uint64_t>(zip_file_add(zip, name.c_str(), source, 0));
    zip_set_file_compression(zip, at, compressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  EXPECT_EQ(zip_close(zip), 0);
  zip_source_open(target);
  zip_source_seek(target, 0, SEEK_END);
  std::string bytes(static_cast<std::size_t>(zip_source_tell(target)), '\0');
  zip_source_seek(target, 0, SEEK_SET);
  zip_source_read(target, bytes.data(), bytes.size());
  zip_source_close(target);
  zip_source_free(target);
  return bytes;
}

const std::string kSix = Raw<float>({1, 2, 3, 4, 5, 6});

std::string OldOf(const TensorText& tensor, const std::string& elements = kSix) {
  return Old(Dict(Text("w") + tensor.Pickled()), "](" + Text(tensor.key) + "e",
             Raw<std::uint64_t>({tensor.count}) + elements);
}
std::string ZipOf(const TensorText& tensor, const std::string& elements = kSix) {
  return Zip({{"archive/data.pkl", Pickled(Dict(Text("w") + tensor.Pickled()))},
              {"archive/data/" + tensor.key, elements}});
}

Floats ValuesOf(const std::string& bytes, const std::string& tensor = "w") {
  return PyTorchFile(bytes, "F").Read(tensor).values;
}
std::string Refusal(const std::string& bytes) {
  return Failure<IoError>([&] { const PyTorchFile file(bytes, "F"); });
}

// ---- what is read

TEST(PyTorchFile, ReadsBothForms) {
  for (const std::string& bytes : {OldOf({}), ZipOf({})}) {
    const PyTorchFile file(bytes, "F");
    EXPECT_EQ(file.shapes(), (PyTorchFile::Shapes{{"w", {2, 3}}}));
    EXPECT_EQ(file.Read("w").values, (Floats{1, 2, 3, 4, 5, 6}));
  }
}

TEST(PyTorchFile, ReadsPartsAndTransposedTensors) {
  EXPECT_EQ(ValuesOf(ZipOf({.shape = {3, 2}, .strides = {1, 3}})), (Floats{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(ValuesOf(ZipOf({.first = 4, .shape = {2}, .strides = {1}})), (Floats{5, 6}));
  EXPECT_EQ(ValuesOf(ZipOf({.first = 5, .shape = {}, .strides = {}})), Floats{6});
  EXPECT_EQ(ValuesOf(ZipOf({.first = 9, .shape = {3, 0}, .strides = {1, 1}})), Floats{});
}

TEST(PyTorchFile, ConvertsEveryTypeOfElements) {
  const auto read = [](const char* type, const std::string& elements) {
    return ValuesOf(OldOf({.type = type, .count = 2, .shape = {2}, .strides = {1}}, elements));
  };
  EXPECT_EQ(read("DoubleStorage", Raw<double>({0.1, -2})), (Floats{0.1F, -2}));
  EXPECT_EQ(read("LongStorage", Raw<std::int64_t>({1 << 20, -7})), (Floats{1 << 20, -7}));
  EXPECT_EQ(read("IntStorage", Raw<std::int32_t>({70000, -7})), (Floats{70000, -7}));
  EXPECT_EQ(read("ShortStorage", Raw<std::int16_t>({300, -7})), (Floats{300, -7}));
  EXPECT_EQ(read("CharStorage", "\x07\xff"), (Floats{7, -1}));
  EXPECT_EQ(read("ByteStorage", "\x07\xff"), (Floats{7, 255}));
  EXPECT_EQ(read("BoolStorage", Bytes("\x00\x01")), (Floats{0, 1}));
  EXPECT_EQ(read("BFloat16Storage", Raw<std::uint16_t>({0x3fc0, 0xc000})), (Floats{1.5F, -2}));
  EXPECT_EQ(read("HalfStorage", Raw<std::uint16_t>({0x3e00, 0xc000})), (Floats{1.5F, -2}));
  EXPECT_EQ(read("HalfStorage", Raw<std::uint16_t>({0x0001, 0xfbff})), (Floats{0x1p-24F, -65504}));
  EXPECT_EQ(read("HalfStorage", Raw<std::uint16_t>({0x7c00, 0x83ff}))[0],
            std::numeric_limits<float>::infinity());
}

TEST(PyTorchFile, TakesTheStateOutOfACheckpoint) {
  const std::string contents =
      Dict(Text("epoch") + "K\x05" + Text("accuracy") + Bytes("G\x40\x50\x00\x00\x00\x00\x00\x00") +
           Text("state_dict") + "ccollections\nOrderedDict\n)R(" + Text("w") +
           TensorText().Pickled() + "u" + Dict(Text("_metadata") + "N") + "b");
  EXPECT_EQ(ValuesOf(Old(contents, "](" + Text("0") + "e", Raw<std::uint64_t>({6}) + kSix)),
            (Floats{1, 2, 3, 4, 5, 6}));
}

// ---- what is refused

TEST(PyTorchFile, NothingInAFileIsExecuted) {
  const TemporaryDirectory directory;
  const std::filesystem::path witness = directory.path() / "executed";
  const std::string call = "cos\nsystem\n(" + Text("touch " + witness.string()) + "tR";
  const std::string entry = Text("w") + call;
  for (const std::string& bytes :
       {Old(call, "]", ""), Old(Dict(entry), "]", ""), Zip({{"a/data.pkl", Pickled(call)}}),
        Zip({{"a/data.pkl", Pickled(Dict(entry))}})}) {
    EXPECT_THAT(Refusal(bytes),
                AllOf(HasSubstr("at byte "), HasSubstr("it asks for \"os.system\"")));
  }
  EXPECT_FALSE(std::filesystem::exists(witness));
  for (const char* name : {"torch\nload", "builtins\neval", "torch._utils\n_rebuild_parameter",
                           "torch\nComplexFloatStorage", "__builtin__\ngetattr"}) {
    EXPECT_THAT(Refusal(Old(Dict(Text("w") + "c" + name + "\n"), "]", "")), HasSubstr("asks for"));
  }
}

TEST(PyTorchFile, OtherFilesAreRefused) {
  EXPECT_EQ(Refusal(""),
            "F: begins with \"\", expected a file of torch.save: a zip archive or a pickle");
  EXPECT_THAT(Refusal("\x1f\x8b 123"), HasSubstr("begins with"));
  EXPECT_EQ(Refusal(Pickled(Dict(""))), "F: is a pickle, but not one that torch.save wrote");
  EXPECT_EQ(Refusal(Zip({{"a/b", "c"}})),
            "F: has no file \"data.pkl\", expected one of torch.save");
  EXPECT_EQ(Refusal(Zip({{"a/data.pkl", "c"}, {"b/data.pkl", "c"}})),
            "F: has several files \"data.pkl\"");
  EXPECT_EQ(Refusal(Zip({{"a/data.pkl", Pickled("}")}, {"a/byteorder", "big"}})),
            "F: is not little-endian");
  EXPECT_EQ(Refusal(Old("]", "]", "")), "F: does not have a dictionary of tensors");
  EXPECT_EQ(Refusal(Old("}", "]", "")), "F: does not have a dictionary of tensors");
  EXPECT_EQ(Refusal(Old(Dict(Text("w") + "K\x01"), "]", "")), "F: \"w\" is not a tensor");
  EXPECT_EQ(Refusal(Old(Dict("K\x01K\x01"), "]", "")), "F: has a tensor whose name is not text");
  const std::string twice = Text("w") + TensorText().Pickled() + Text("w") + TensorText().Pickled();
  EXPECT_EQ(Refusal(Old(Dict(twice), "](" + Text("0") + "e", Raw<std::uint64_t>({6}) + kSix)),
            "F: \"w\" is there twice");
}

TEST(PyTorchFile, TensorsOutsideOfTheirStorageAreRefused) {
  const TensorText kFaults[] = {
      {.first = 1},
      {.shape = {2, 4}, .strides = {3, 1}},
      {.shape = {7}, .strides = {1}},
      {.shape = {7}, .strides = {0}},  // more elements than there are
      {.shape = {1000000, 1000000}, .strides = {0, 0}},
      {.shape = {2}, .strides = {0x7fffffff}},
      {.first = 6, .shape = {}, .strides = {}},
  };
  for (const TensorText& fault : kFaults) {
    EXPECT_THAT(Refusal(OldOf(fault)), HasSubstr("not within its storage of 6 elements"));
    EXPECT_THAT(Refusal(ZipOf(fault)), HasSubstr("not within its storage of 6 elements"));
  }
  EXPECT_EQ(Refusal(ZipOf({.shape = {0xffffffff}, .strides = {1}})),
            "F: \"w\" is a tensor of an impossible shape");
  EXPECT_EQ(Refusal(ZipOf({.shape = {1, 1}, .strides = {1}})),
            "F: \"w\" is a tensor of an impossible shape");
}

TEST(PyTorchFile, StoragesOfAnotherSizeAreRefused) {
  EXPECT_EQ(Refusal(ZipOf({}, kSix + "x")),
            "F: storage \"0\" has 25 bytes, expected 6 elements of 4");
  EXPECT_EQ(Refusal(ZipOf({.count = 0x7fffffff})),
            "F: storage \"0\" has 24 bytes, expected 2147483647 elements of 4");
  EXPECT_EQ(Refusal(Zip({{"a/data.pkl", Pickled(Dict(Text("w") + TensorText().Pickled()))}})),
            "F: has no file \"a/data/0\"");
  const std::string contents = Dict(Text("w") + TensorText().Pickled());
  const auto old = [&](const std::string& keys, const std::string& storages) {
    return Refusal(Old(contents, keys, storages));
  };
  const std::string key = "](" + Text("0") + "e", six = Raw<std::uint64_t>({6}) + kSix;
  EXPECT_EQ(old(key, six), "");
  EXPECT_EQ(old("]", ""), "F: has no elements of storage \"0\"");
  EXPECT_EQ(old("](" + Text("1") + "e", six),
            "F: has elements of storage \"1\", which no tensor has");
  EXPECT_EQ(old("](" + Text("0") + Text("0") + "e", six + six), "F: has storage \"0\" twice");
  EXPECT_EQ(old(key, Raw<std::uint64_t>({7}) + kSix),
            "F: storage \"0\" has 7 elements, expected 6");
  EXPECT_THAT(old(key, six.substr(0, 20)), HasSubstr("is truncated in storage \"0\", at byte "));
  EXPECT_EQ(old(key, six + "x"), "F: has 1 bytes after its last storage");
}

TEST(PyTorchFile, CompressedArchivesAreRefused) {
  const std::string pickle = Pickled(Dict(Text("w") + TensorText().Pickled()));
  EXPECT_EQ(Refusal(Zip({{"a/data.pkl", pickle}, {"a/data/0", std::string(1 << 20, '\0')}}, true)),
            "F: \"a/data.pkl\" is compressed or encrypted, which torch.save does not do");
}

// Entries whose bytes are those of one: an archive of this kind unpacks to many times its size.
TEST(PyTorchFile, EntriesThatShareTheirBytesAreRefused) {
  std::string items;
  Entries entries;
  for (int n = 0; n < 9; ++n) {
    const std::string key = std::to_string(n);
    items +=
        Text(key) + TensorText{.key = key, .count = 1000, .shape = {}, .strides = {}}.Pickled();
    entries.emplace_back("a/data/" + key, n == 0 ? std::string(4000, 'x') : "");
  }
  entries.emplace_back("a/data.pkl", Pickled(Dict(items)));
  std::string bytes = Zip(entries);
  EXPECT_EQ(Refusal(bytes), "F: storage \"1\" has 0 bytes, expected 1000 elements of 4");
  const std::string entry = "PK\x01\x02";
  std::size_t at = bytes.find(entry);
  const std::string check = bytes.substr(at + 16, 12), place = bytes.substr(at + 42, 4);
  for (int n = 1; n < 9; ++n) {  // checksum, sizes and place of the first
    at = bytes.find(entry, at + 1);
    bytes.replace(at + 16, 12, check).replace(at + 42, 4, place);
  }
  EXPECT_EQ(Refusal(bytes), "F: \"a/data/1\" and those before it are larger than the archive");
}

TEST(PyTorchFile, EveryTruncatedFileIsRefused) {
  for (const std::string& bytes : {OldOf({}), ZipOf({})}) {
    EXPECT_EQ(Refusal(bytes), "");
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_NE(Refusal(bytes.substr(0, size)), "") << size;
    }
  }
}

TEST(PyTorchFile, DamagedElementsOfAnArchiveAreNoticed) {
  std::string bytes = ZipOf({});
  bytes[bytes.find(kSix) + 5] ^= 1;
  EXPECT_EQ(Refusal(bytes), "F: \"archive/data/0\" is damaged");
}

// ---- files that PyTorch wrote

TEST(PyTorchFile, ReadsWhatPyTorchWrites) {
  const TemporaryDirectory directory;
  const std::string program = directory.Write("make.py", R"(
import sys, torch
torch.manual_seed(1)
state = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict()
state["whole"] = torch.arange(12.).reshape(3, 4)
state["columns"] = state["whole"].t()
state["row"] = state["whole"][1]
state["half"] = torch.tensor([0.1, -65504., 6e-8]).half()
for zipped in (False, True):
    for protocol in (2, 4):
        torch.save({"state_dict": state, "epoch": 3}, f"{sys.argv[1]}/{int(zipped)}{protocol}.pth",
                   _use_new_zipfile_serialization=zipped, pickle_protocol=protocol)
with open(sys.argv[1] + "/weight", "wb") as f: f.write(state["0.weight"].numpy().tobytes())
)");
  const std::string folder = directory.path().string();
  const std::string command = "/usr/bin/python3 -B " + program + " " + folder + " 2> /dev/null";
  if (std::system(command.c_str()) != 0) { GTEST_SKIP() << "no PyTorch"; }  // NOLINT
  std::ifstream in(folder + "/weight", std::ios::binary);
  const std::string weight{std::istreambuf_iterator<char>(in), {}};
  for (const char* form : {"02", "04", "12", "14"}) {
    const PyTorchFile file(std::string(folder).append("/").append(form).append(".pth"));
    EXPECT_EQ(file.shapes().size(), 11U);
    EXPECT_EQ(Raw(file.Read("0.weight").values), weight);
    EXPECT_EQ(file.Read("1.num_batches_tracked").values, Floats{0});
    EXPECT_EQ(file.Read("columns").values, (Floats{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11}));
    EXPECT_EQ(file.Read("row").values, (Floats{4, 5, 6, 7}));
    EXPECT_EQ(file.Read("half").values, (Floats{0.0999755859375F, -65504, 0x1p-24F}));
  }
}

}  // namespace
}  // namespace lode::pytorch
