#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "plugins/spaces/ofa/import/convert.h"
#include "plugins/spaces/ofa/import/supernet_state.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/failure.h"
#include "tests/program.h"
#include "tests/temporary_directory.h"
#include "toolkit/images/noise_cifar10.h"

namespace ofa {
namespace {

using lode::files::Safetensors;
using lode::files::Tensor;
using lode::pytorch::PyTorchFile;
using testing::HasSubstr;

constexpr const char* kShipped =
    LODE_SOURCE_DIR "/plugins/spaces/ofa/ofa_acc_predictor.safetensors";

// Writes the files of these tests to a folder. Their names say what they have; values are such that
// half precision has them exactly. One has the tensors of a safetensors file. KEYS: lines of name
// and shape.
constexpr const char* kProgram = R"(
import json, struct, sys, torch
from collections import OrderedDict

folder = sys.argv[1]

def state(keys, change=lambda name: name, half=False):
    tensors = OrderedDict()
    for i, line in enumerate(open(f"{folder}/{keys}").read().splitlines()):
        name, shape = line.split("\t")
        shape = [int(n) for n in shape.split("x")] if shape else []
        count = 1
        for n in shape: count *= n
        values = ((torch.arange(count) + 31 * i) % 251 - 125) / 64
        if name.endswith("tracked"): values = torch.tensor([i])
        elif half: values = values.half()
        tensors[change(name)] = values.reshape(shape)
    return tensors

def former(name):  # as in the published files
    return name.replace(".conv.", ".mobile_inverted_conv.", 1) if name.startswith("blocks.") else name

def plain(name):  # as networks that are not elastic
    if name.startswith("classifier."): return name.replace(".linear.", ".linear.linear.")
    return former(name).replace(".bn.bn.", ".bn.").replace(".conv.conv.weight", ".conv.weight")

def save(contents, name, zipped=True):
    torch.save(contents, f"{folder}/{name}.pth", _use_new_zipfile_serialization=zipped)

save(state("w10"), "w10")
save({"state_dict": state("w10", former), "epoch": 120}, "w10_former_old", False)
save(state("w12", plain, half=True), "w12_plain_half")
save({"state_dict": state("w12")}, "w12_old", False)
save(state("ten_classes"), "ten_classes")
save(state("predictor"), "predictor")
save(state("predictor"), "predictor_old", False)

faulty = state("ten_classes")
del faulty["first_conv.bn.bias"]
faulty["first_conv.bn.bais"] = torch.zeros(16)
faulty["classifier.linear.weight"] = torch.zeros(10, 1281)
save(faulty, "faulty")
for n in range(3): faulty[f"more{n}"] = torch.zeros(1)
save(faulty, "faultier")
twice = state("ten_classes")
twice["blocks.3.mobile_inverted_conv.depth_conv.conv.conv.weight"] = torch.zeros(1)
save(twice, "twice")
data = open(sys.argv[2], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
published = {}
for name, entry in json.loads(data[8:8 + size]).items():
    if name == "__metadata__": continue
    first, last = (8 + size + n for n in entry["data_offsets"])
    values = torch.frombuffer(bytearray(data[first:last]), dtype=torch.float32)
    published[name] = values.reshape(entry["shape"])
save(published, "published", False)
save({**state("predictor"), "base_acc": torch.zeros(1)}, "predictor_faulty")
)";

std::string LineOf(const NamedShape& tensor) {
  std::string shape;
  for (const std::size_t n : tensor.shape) {
    shape.append(shape.empty() ? "" : "x").append(std::to_string(n));
  }
  return tensor.name + "\t" + shape;
}

std::vector<NamedShape> PredictorState() {
  return {{"0.weight", {400, 128}}, {"0.bias", {400}}, {"2.weight", {400, 400}}, {"2.bias", {400}},
          {"4.weight", {400, 400}}, {"4.bias", {400}}, {"6.weight", {1, 400}},   {"6.bias", {1}}};
}

class OfaImportTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<lode::TemporaryDirectory>();
    WriteKeys("w10", SupernetState("1.0", 1000));
    WriteKeys("w12", SupernetState("1.2", 1000));
    WriteKeys("ten_classes", SupernetState("1.0", 10));
    WriteKeys("predictor", PredictorState());
    const std::string program = folder->Write("make.py", kProgram);
    const std::string command = "/usr/bin/python3 -B " + program + " " + folder->path().string() +
                                " " + kShipped + " 2> /dev/null";
    has_files = std::system(command.c_str()) == 0;  // NOLINT
  }
  static void TearDownTestSuite() { folder.reset(); }
  void SetUp() override {
    if (!has_files) { GTEST_SKIP() << "no PyTorch"; }
  }

  static void WriteKeys(const std::string& name, const std::vector<NamedShape>& state) {
    std::string keys;
    for (const NamedShape& tensor : state) { keys.append(LineOf(tensor)).append("\n"); }
    folder->Write(name, keys);
  }
  static std::string PathOf(const std::string& name) {
    return (folder->path() / (name + ".pth")).string();
  }
  static std::string Refusal(Safetensors (*convert)(const PyTorchFile&), const std::string& name) {
    const std::string path = PathOf(name);
    const std::string what = lode::Failure<lode::IoError>([&] { convert(PyTorchFile(path)); });
    return what.starts_with(path + ": ") ? what.substr(path.size() + 2) : what;
  }

  static inline std::unique_ptr<lode::TemporaryDirectory> folder;
  static inline bool has_files = false;
};

// The program's formula.
void ExpectValues(const Safetensors& converted, const std::vector<NamedShape>& state) {
  ASSERT_EQ(converted.tensors.size(), state.size());
  for (std::size_t i = 0; i < state.size(); ++i) {
    const Tensor& tensor = converted.tensors.at(state[i].name);
    ASSERT_EQ(tensor.shape, state[i].shape) << state[i].name;
    if (state[i].name.ends_with("tracked")) {
      EXPECT_EQ(tensor.values, std::vector<float>{static_cast<float>(i)});
      continue;
    }
    bool equal = true;
    for (std::size_t k = 0; k < tensor.values.size(); ++k) {
      const int value = static_cast<int>((k + 31 * i) % 251) - 125;
      equal = equal && tensor.values[k] == static_cast<float>(value) / 64;
    }
    EXPECT_TRUE(equal) << state[i].name;
  }
}

// ---- supernets

TEST(OfaSupernetStateTest, IsThePublishedOne) {
  for (const char* width : {"1.0", "1.2"}) {
    const char* name = *(width + 2) == '0' ? "ofa_w10_keys.tsv" : "ofa_w12_keys.tsv";
    std::ifstream file(ReferenceFile(name));
    if (!file) { GTEST_SKIP() << name << " is missing"; }
    std::string line, key, type, shape;
    std::getline(file, line);  // the column names
    for (const NamedShape& tensor : SupernetState(width, 1000)) {
      ASSERT_TRUE(std::getline(file, line)) << tensor.name;
      std::istringstream(line) >> key >> type >> shape;
      EXPECT_EQ(LineOf(tensor), key + "\t" + (shape == "scalar" ? "" : shape));
    }
    EXPECT_FALSE(std::getline(file, line)) << line;
  }
}

TEST_F(OfaImportTest, ConvertsBothWidthsFromAllNamesAndForms) {
  for (const char* name : {"w10", "w10_former_old"}) {
    ExpectValues(ConvertSupernet(PyTorchFile(PathOf(name))), SupernetState("1.0", 1000));
  }
  for (const char* name : {"w12_plain_half", "w12_old"}) {
    ExpectValues(ConvertSupernet(PyTorchFile(PathOf(name))), SupernetState("1.2", 1000));
  }
}

TEST_F(OfaImportTest, NamesWhatIsMissingUnknownOrOfAnotherShape) {
  const std::string faults =
      "has no tensor \"first_conv.bn.bias\", expected one of shape [16]; tensor "
      "\"classifier.linear.weight\" has the shape [10, 1281], expected [10, 1280]; has a tensor "
      "\"first_conv.bn.bais\", which the supernet of width 1.0 does not have (nearest: "
      "\"first_conv.bn.bias\")";
  EXPECT_EQ(Refusal(ConvertSupernet, "faulty"), faults);
  EXPECT_EQ(Refusal(ConvertSupernet, "faultier"), faults + "; and 3 more");
  EXPECT_EQ(Refusal(ConvertSupernet, "twice"),
            "tensors \"blocks.3.conv.depth_conv.conv.conv.weight\" and "
            "\"blocks.3.mobile_inverted_conv.depth_conv.conv.conv.weight\" are the same one, "
            "\"blocks.3.conv.depth_conv.conv.conv.weight\"");
  EXPECT_THAT(Refusal(ConvertSupernet, "predictor"),
              HasSubstr("has no tensor \"first_conv.conv.weight\""));
}

// ---- the predictor

TEST_F(OfaImportTest, ConvertsThePredictor) {
  for (const char* name : {"predictor", "predictor_old"}) {
    ExpectValues(ConvertPredictor(PyTorchFile(PathOf(name))), PredictorState());
  }
  EXPECT_EQ(Refusal(ConvertPredictor, "predictor_faulty"),
            "has a tensor \"base_acc\", which the predictor does not have (nearest: \"0.weight\")");
}

TEST_F(OfaImportTest, ThePredictorThatShipsIsThePublishedOne) {
  const Safetensors expected = lode::files::ReadSafetensors(kShipped);
  const lode::Program lode(folder->path());
  ASSERT_EQ(lode.Run({"import", "ofa-predictor", "published.pth", "-o", "p.safetensors"}).status,
            0);
  const Safetensors made =
      lode::files::ReadSafetensors((folder->path() / "p.safetensors").string());
  ASSERT_EQ(made.tensors.size(), expected.tensors.size());
  for (const auto& [name, tensor] : expected.tensors) {
    EXPECT_EQ(made.tensors.at(name).shape, tensor.shape) << name;
    EXPECT_EQ(made.tensors.at(name).values, tensor.values) << name;
  }
}

// ---- the command

TEST_F(OfaImportTest, ASupernetThatIsImportedIsMeasured) {
  const lode::Program lode(folder->path());
  const auto import = lode.Run({"import", "OFA-weights", "ten_classes.pth", "-o", "w.safetensors"});
  EXPECT_EQ(import.status, 0) << import.err;
  EXPECT_EQ(import.out, "w.safetensors: 475 tensors\n");
  const std::filesystem::path directory = folder->path() / "images";
  std::filesystem::create_directory(directory);
  const std::string images = lode::images::WriteNoiseCifar10(directory);
  folder->Write("search.toml", R"(
[pipeline]
name = "imported"
[space]
use = "ofa"
resolution = 32
[oracle]
use = "ofa.supernet"
weights = "w.safetensors"
dataset = "cifar10"
data = ")" + images + R"("
train_images = 20
validation_images = 20
calibration_images = 20
evaluation_batch_size = 10
[reward]
metric = "valid_accuracy"
[optimizer]
use = "random"
[budget]
steps = 1
)");
  const nlohmann::json runs = lode::RunJson(lode, {"search.toml"});
  EXPECT_TRUE(runs["runs"][0]["best"]["metrics"]["valid_accuracy"].is_number()) << runs;
}

TEST_F(OfaImportTest, NothingIsWrittenOfAFileThatIsRefused) {
  const lode::Program lode(folder->path());
  folder->Write("call.pth",
                "\x80\x02"
                "cos\nsystem\nX\x0d" +
                    std::string(3, '\0') + "touch touched\x85R.");
  const auto call = lode.Run({"import", "ofa-weights", "call.pth", "-o", "none.safetensors"});
  EXPECT_EQ(call.status, 2);
  EXPECT_EQ(
      call.err,
      "error: call.pth: a pickle that is refused at byte 13: it asks for \"os.system\", which "
      "is not part of a dictionary of tensors\n");
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"import", "ofa-weights", "faulty.pth", "-o", "none.safetensors"},
        {"import", "ofa-weights", "none.pth", "-o", "none.safetensors"},
        {"import", "ofa-weights", "w10.pth", "-o", "none.safetensors", "--partial"}}) {
    const auto outcome = lode.Run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, testing::StartsWith("error: "));
  }
  for (const char* file : {"touched", "none.safetensors", "none.safetensors.partial"}) {
    EXPECT_FALSE(std::filesystem::exists(folder->path() / file)) << file;
  }
}

}  // namespace
}  // namespace ofa
