#include "plugins/spaces/ofa/latency.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "plugins/spaces/ofa/latency_table.h"
#include "plugins/spaces/ofa/space.h"
#include "plugins/spaces/ofa/test_support.h"
#include "tests/built.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"

namespace ofa {
namespace {

struct Channels {
  int first, stages[5], last, features;
};
constexpr Channels kWidth10 = {16, {24, 40, 80, 112, 160}, 960, 1280};
constexpr Channels kWidth12 = {24, {32, 48, 96, 136, 192}, 1152, 1536};

// The authors' published walk over a sub-network, with keys as they write them.
class Published {
 public:
  explicit Published(int resolution, const Channels& width = kWidth12)
      : width_(width), size_((resolution + 1) / 2), channels_(width.first) {
    Add("Conv-input:" + Map(resolution, 3) + "-output:" + Map(size_, channels_));
    Add("expanded_conv-input:" + Map(size_, channels_) + "-output:" + Map(size_, channels_) +
        "-expand:" + std::to_string(channels_) + "-kernel:3-stride:1-idskip:1-se:0-hs:0");
  }

  std::vector<std::string> Keys(const Subnet& subnet) {
    for (std::size_t l = 0; l < 20; ++l) {
      if (l % 4 < subnet.depth[l / 4]) { AddLayer(l, subnet.kernel[l], subnet.expand[l]); }
    }
    const std::string last = "1x1x" + std::to_string(width_.last);
    const std::string features = "1x1x" + std::to_string(width_.features);
    Add("Conv_1-input:" + Map(size_, channels_) + "-output:" + Map(size_, width_.last));
    Add("AvgPool2D-input:" + Map(size_, width_.last) + "-output:" + last);
    Add("Conv_2-input:" + last + "-output:" + features);
    Add("Logits-input:" + features + "-output:1000");
    return keys_;
  }

 private:
  static std::string Map(int size, int channels) {
    return std::to_string(size) + "x" + std::to_string(size) + "x" + std::to_string(channels);
  }
  void Add(std::string key) { keys_.push_back(std::move(key)); }

  void AddLayer(std::size_t l, int kernel, int expand) {
    static constexpr int kStrides[] = {2, 2, 2, 1, 2};
    static constexpr const char* kTails[] = {"-se:0-hs:0", "-se:1-hs:0", "-se:0-hs:1", "-se:1-hs:1",
                                             "-se:1-hs:1"};
    const int stride = l % 4 == 0 ? kStrides[l / 4] : 1;
    const int out = width_.stages[l / 4], out_size = (size_ - 1) / stride + 1;
    Add("expanded_conv-input:" + Map(size_, channels_) + "-output:" + Map(out_size, out) +
        "-expand:" + std::to_string(channels_ * expand) + "-kernel:" + std::to_string(kernel) +
        "-stride:" + std::to_string(stride) + "-idskip:" + (l % 4 == 0 ? "0" : "1") +
        kTails[l / 4]);
    channels_ = out;
    size_ = out_size;
  }

  const Channels& width_;
  int size_, channels_;
  std::vector<std::string> keys_;
};

// All keys of the space, each with a latency that no other set of keys matches by chance.
std::map<std::string, double> WholeTable(int resolution, const Channels& width = kWidth12) {
  std::map<std::string, double> table;
  for (const std::uint8_t kernel : kKernels) {
    // Every expansion in every layer, regardless of the one before it: outputs do not depend on it.
    for (const std::uint8_t expand : kExpands) {
      for (std::string& key : Published(resolution, width).Keys(Uniform(kernel, expand, 4))) {
        table.emplace(std::move(key), 0);
      }
    }
  }
  double latency = 0.013;
  for (auto& [key, value] : table) { value = latency = std::fmod(latency * 1.37 + 0.1, 3); }
  return table;
}

std::string Yaml(const std::map<std::string, double>& table) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  for (const auto& [key, latency] : table) {
    text << key << ":\n  count: 3\n  mean: " << latency << "\n  std: .nan\n";
  }
  return text.str();
}

class OtherDepths : public Space {
 public:
  using Space::Space;
  static std::vector<lode::Matrix> Matrices() {
    auto matrices = SubnetMatrices();
    matrices[1].column_labels[2] = "5";
    return matrices;
  }
};

LatencyOracle Oracle(const std::string& table, const char* width, std::int64_t resolution) {
  LatencyOracle::Config config;
  config.table = table;
  config.width = width;
  config.resolution = resolution;
  return {lode::Host(nullptr), config};
}

class OfaLatency : public testing::Test {
 protected:
  std::string Write(const std::string& text) const {
    return directory_.Write("table.yaml", text).string();
  }

  static std::string BindFailure(LatencyOracle oracle, lode_space space) {
    return lode::Failure([&] { oracle.Bind(lode::Space(space)); });
  }

  // Returns the message without the path, at width 1.2 and 224 pixels.
  std::string TableFailure(const std::string& text) const {
    const std::string path = Write(text);
    const std::string message =
        BindFailure(Oracle(path, "1.2", 224), BoundSpace("1.2", 224).handle());
    return message.starts_with(path) ? message.substr(path.size()) : "not of the table: " + message;
  }

  static double Evaluate(const LatencyOracle& oracle, const Subnet& subnet) {
    double latency = 0;
    const lode::Architecture architecture = Of(subnet);
    oracle.Evaluate({architecture, 1.0, 0}, {&latency, 1});
    return latency;
  }

  lode::TemporaryDirectory directory_;
};

TEST_F(OfaLatency, EqualsTheSumOfTheAuthorsCode) {
  const Space space(lode::Host(nullptr), {});
  for (const int resolution : {160, 176, 224}) {
    const auto table = WholeTable(resolution);
    // 5 units of a first layer and identical further ones, and 6 for the rest.
    EXPECT_EQ(table.size(), 5u * 2 * 9 + 6);
    LatencyOracle oracle = Oracle(Write(Yaml(table)), "1.2", resolution);
    oracle.Bind(BoundSpace("1.2", resolution).view());
    FixedStream stream(29);
    for (int n = 0; n < 200; ++n) {
      lode::Architecture a(kCells);
      space.Sample(stream.random(), a);
      const Subnet subnet = FromArchitecture(a);
      double expected = 0;
      for (const std::string& key : Published(resolution).Keys(subnet)) {
        expected += table.at(key);
      }
      ASSERT_NEAR(Evaluate(oracle, subnet), expected, 1e-9);
    }
  }
}

// Layers count 1 ms each in this table; the network around them has six entries.
TEST_F(OfaLatency, AddsUpActiveLayers) {
  auto table = WholeTable(224);
  for (auto& [key, latency] : table) { latency = 1; }
  table.at("Conv-input:224x224x3-output:112x112x24") = 100;
  table.at("Logits-input:1x1x1536-output:1000") = 1000;
  table.at(
      "expanded_conv-input:14x14x136-output:14x14x136-expand:544-kernel:5-stride:1-idskip:1"
      "-se:1-hs:1") = 10000;
  LatencyOracle oracle = Oracle(Write(Yaml(table)), "1.2", 224);
  oracle.Bind(BoundSpace("1.2", 224).view());
  EXPECT_EQ(Evaluate(oracle, Uniform(3, 3, 2)), 1104 + 10);
  EXPECT_EQ(Evaluate(oracle, Uniform(7, 6, 4)), 1104 + 20);
  // The entry belongs to unit 4's layers after the first, with kernel 5 and expansion 4.
  EXPECT_EQ(Evaluate(oracle, Uniform(5, 4, 2)), 1104 + 10 + 9999);
  EXPECT_EQ(Evaluate(oracle, Uniform(5, 4, 4)), 1104 + 20 + 3 * 9999);
  Subnet subnet = Uniform(3, 3, 2);
  subnet.kernel[14] = 5;
  subnet.expand[14] = 4;  // unit 4 layer 3
  EXPECT_EQ(Evaluate(oracle, subnet), 1104 + 10);
  subnet.depth[3] = 3;
  EXPECT_EQ(Evaluate(oracle, subnet), 1104 + 11 + 9999);
}

TEST(OfaLatencyKey, OfWidth10) {
  const Network network("1.0", 224);
  EXPECT_EQ(LatencyKey(network.first_block()),
            "expanded_conv-input:112x112x16-output:112x112x16-expand:16-kernel:3-stride:1-idskip:1"
            "-se:0-hs:0");
  EXPECT_EQ(LatencyKey(network.layer(12, 6, 7)),
            "expanded_conv-input:14x14x80-output:14x14x112-expand:480-kernel:7-stride:1-idskip:0"
            "-se:1-hs:1");
}

TEST_F(OfaLatency, AMissingKeyIsNamedAtBind) {
  auto table = WholeTable(224);
  table.erase("Conv_2-input:1x1x1152-output:1x1x1536");
  EXPECT_EQ(TableFailure(Yaml(table)),
            ": has no key \"Conv_2-input:1x1x1152-output:1x1x1536\" "
            "(nearest: \"Conv_1-input:7x7x192-output:7x7x1152\")");
  EXPECT_EQ(TableFailure(Yaml(WholeTable(160))),
            ": has no key \"Conv-input:224x224x3-output:112x112x24\", nor 93 others that are "
            "needed (nearest: \"Conv-input:160x160x3-output:80x80x24\")");
  EXPECT_EQ(TableFailure("{}"),
            ": has no key \"Conv-input:224x224x3-output:112x112x24\", nor 95 others that are "
            "needed");
}

TEST_F(OfaLatency, ErrorsInATableNameTheirPosition) {
  const std::pair<const char*, const char*> kFaults[] = {
      {"", ": is empty, expected a map of latencies"},
      {"# nothing\n", ": is empty, expected a map of latencies"},
      {"- 1\n", ":1:1: the document is a list, expected a map"},
      {"latency\n", ":1:1: the document is a scalar, expected a map"},
      {"~\n", ":1:1: the document is nothing, expected a map"},
      {"a: {mean: 1}\n---\nb: {mean: 2}\n", ":2:1: text after the end of the map of latencies"},
      {"a: {mean: 1}\nb: 2\n", ":2:4: the value of \"b\" is a scalar, expected a map"},
      {"a:\n", ":2:1: the value of \"a\" is nothing, expected a map"},
      {"a: {mean: 1}\nb: {count: 2}\n", ":2:4: \"b\" has no mean"},
      {"a: {mean: 1, mean: 2}\n", ":1:14: \"a\" has a second mean"},
      {"a: {mean: 1}\nb:\n  mean: fast\n",
       ":3:9: the mean of \"b\" is \"fast\", expected a number of ms, 0 or more"},
      {"a: {mean: -0.5}",
       ":1:11: the mean of \"a\" is \"-0.5\", expected a number of ms, 0 or more"},
      {"a: {mean: .nan}",
       ":1:11: the mean of \"a\" is \".nan\", expected a number of ms, 0 or more"},
      {"a: {mean: nan}", ":1:11: the mean of \"a\" is \"nan\", expected a number of ms, 0 or more"},
      {"a: {mean: 1e999}",
       ":1:11: the mean of \"a\" is \"1e999\", expected a number of ms, 0 or more"},
      {"a: {mean: }", ":1:11: the mean of \"a\" is nothing, expected a number of ms, 0 or more"},
      {"a: {mean: [1]}", ":1:11: the mean of \"a\" is a list, expected a number of ms, 0 or more"},
      {"a: {mean: 1}\na: {mean: 1}\n", ":2:1: key \"a\" appears twice"},
      {"? [a]\n: {mean: 1}\n", ":1:3: a key is a list, expected text"},
      {"a: {mean: 1\n", ":2:1: end of map flow not found"},
      {"a: {mean: 1}\n  b: ]\n", ":2:3: end of map not found"},
  };
  for (const auto& [text, message] : kFaults) { EXPECT_EQ(TableFailure(text), message) << text; }
}

TEST_F(OfaLatency, DeepNestingIsRefused) {
  for (const char* opening : {"[", "{", "{a: ", "- ", "? "}) {
    std::string text;
    for (int n = 0; n < 20'000; ++n) { text += opening; }
    EXPECT_NE(TableFailure(text), "") << opening;
  }
  EXPECT_EQ(TableFailure("a: {mean: 1, b: " + std::string(20'000, '[') + std::string(20'000, ']')),
            ":1:40017: nested too deeply");
}

// yaml-cpp 0.7 would loop forever on these, or skip text after the first document.
TEST_F(OfaLatency, TextAroundTheMapIsRefused) {
  for (const char* text : {",", "]", "a: {mean: 1}\n,", "{a: {mean: 1}}\n]", "{a: {mean: 1}} b"}) {
    EXPECT_NE(TableFailure(text).substr(0, 9), ": has no ") << text;
  }
}

TEST_F(OfaLatency, FilesThatCannotBeReadAreRefused) {
  const BoundSpace space("1.2", 224);
  const std::string directory = directory_.path().string();
  EXPECT_EQ(BindFailure(Oracle(directory, "1.2", 224), space.handle()),
            directory + ": is not a regular file");
  EXPECT_EQ(BindFailure(Oracle(directory + "/none", "1.2", 224), space.handle()),
            directory + "/none: No such file or directory");
  EXPECT_EQ(TableFailure(std::string((16 << 20) + 1, ' ')),
            ": has 16777217 bytes, expected at most 16777216");
}

TEST_F(OfaLatency, OtherSpacesAreRefused) {
  const std::string table = Write(Yaml(WholeTable(224)));
  const lode::test::Grid grid(4, 3);
  EXPECT_EQ(BindFailure(Oracle(table, "1.2", 224), grid.space().handle()),
            "the table is of the space ofa, matrices \"ops\" 20x9, \"depth\" 5x3, not \"" +
                grid.space().matrices()[0].name + "\" 4x3");
  const BoundSpace deeper("1.2", 224, lode::SpaceComponent<OtherDepths>("deeper", "1.0.0", "Ofa."));
  EXPECT_EQ(BindFailure(Oracle(table, "1.2", 224), deeper.handle()),
            "the table is of the space ofa, matrices \"ops\" 20x9, \"depth\" 5x3: depth, column 2 "
            "is \"5\", expected \"4\"");
  EXPECT_EQ(BindFailure(Oracle(table, "1.2", 224), BoundSpace("1.0", 224).handle()),
            "the space has a width or resolution other than 1.2 and 224: its smallest network has "
            "3410792 params, expected 4602456");
  EXPECT_EQ(BindFailure(Oracle(table, "1.2", 224), BoundSpace("1.2", 192).handle()),
            "the space has a width or resolution other than 1.2 and 224: its smallest network has "
            "142834656 macs, expected 193078200");
}

TEST_F(OfaLatency, LowerFidelityIsRefused) {
  LatencyOracle oracle = Oracle(Write(Yaml(WholeTable(224))), "1.2", 224);
  oracle.Bind(BoundSpace("1.2", 224).view());
  const lode::Architecture a = Of(Uniform(3, 3, 2));
  double latency = 0;
  EXPECT_THROW(oracle.Evaluate({a, 0.5, 0}, {&latency, 1}), lode::UnsupportedError);
}

// The generic suites of all plugins cannot run an oracle that needs a file. The space has its
// defaults.
TEST_F(OfaLatency, KeepsTheContractOfOracles) {
  const lode::test::Search search({}, lode::BuiltProgram());
  const std::string table = search.Write("table.yaml", Yaml(WholeTable(224, kWidth10)));
  EXPECT_EQ(search.Verify(lode::BuiltPlugin("ofa"), "ofa.latency", {"table=" + table}), "");
}

}  // namespace
}  // namespace ofa
