#include "plugins/spaces/nb201/latency.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <lode/testing.hpp>

#include "plugins/spaces/nb201/shipped_table.h"
#include "plugins/spaces/nb201/space.h"
#include "tests/built.h"
#include "tests/failure.h"
#include "tests/temporary_directory.h"
#include "toolkit/files/text_file.h"

namespace nb201 {
namespace {

namespace fs = std::filesystem;

// The benchmark's architectures in its order, from the table that comes with the plugin.
const std::vector<std::uint32_t>& Order() {
  static const auto order = ParseIndexOrder(lode::files::ReadTextFile(kShipped), kShipped);
  return order;
}

// Line 1 names the columns, line i + 2 has architecture i with a latency of i/8 ms.
std::vector<std::string> LatencyLines() {
  std::vector<std::string> lines = {"a_latency\tindex\ta_energy"};
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    lines.push_back(std::to_string(i / 8.0) + '\t' + std::to_string(i) + "\t" +
                    std::to_string(2 * i));
  }
  return lines;
}

class Nb201Latency : public testing::Test {
 protected:
  std::string Write(const std::string& name, const std::string& text) {
    return directory_.Write(name, text).string();
  }
  LatencyOracle Make(const std::string& table, const std::string& column,
                     const std::string& architectures = kShipped) {
    return LatencyOracle(lode::Host(nullptr), {table, column, architectures});
  }
  std::string BindFailure(const std::string& table, const std::string& column = "a_latency",
                          const std::string& architectures = kShipped) {
    return lode::CodedFailure([&] {
      LatencyOracle oracle = Make(table, column, architectures);
      oracle.Bind(space_.space());
    });
  }
  // Returns the failure, after the file's name, of the good table with line `number` (from 1)
  // replaced.
  std::string FailureWith(std::size_t number, const std::string& line) {
    std::vector<std::string> lines = LatencyLines();
    lines[number - 1] = line;
    const std::string path = Write("bad.tsv", Join(lines));
    const std::string failure = BindFailure(path);
    const std::string start = "4 " + path;
    return failure.starts_with(start) ? failure.substr(start.size()) : failure;
  }
  static double Ask(const LatencyOracle& oracle, std::uint32_t index, double fidelity = 1) {
    lode::Architecture architecture(kCells);
    ToArchitecture(FromIndex(Order()[index]), architecture);
    std::array<double, 1> metrics{-7};
    oracle.Evaluate({architecture, fidelity, 0}, metrics);
    return metrics[0];
  }

  lode::TemporaryDirectory directory_;
  lode::test::BoundSpace<Space> space_;
};

TEST_F(Nb201Latency, AnswersByTheBenchmarksNumbers) {
  LatencyOracle oracle = Make(Write("good.tsv", Join(LatencyLines())), "a_latency");
  oracle.Bind(space_.space());
  for (const std::uint32_t i : {0u, 1u, 284u, kArchitectures - 1}) {
    EXPECT_EQ(Ask(oracle, i), i / 8.0);
  }
}

TEST_F(Nb201Latency, ReadsAnyOrderOfLines) {
  std::vector<std::string> lines = LatencyLines();
  std::reverse(lines.begin() + 1, lines.end());
  LatencyOracle oracle = Make(Write("good.tsv", Join(lines)), "a_energy");
  oracle.Bind(space_.space());
  EXPECT_EQ(Ask(oracle, 5), 10);
}

TEST_F(Nb201Latency, RequiresTheBenchmarksOrder) {
  // As in the benchmark's own records.
  EXPECT_EQ(Format(FromIndex(Order()[0])),
            "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|"
            "skip_connect~2|");
  EXPECT_EQ(Format(FromIndex(Order()[284])),
            "|skip_connect~0|+|skip_connect~0|skip_connect~1|+|none~0|nor_conv_1x1~1|none~2|");
  std::vector<std::string> lines = {std::string(kArchitectureColumn)};
  for (const std::uint32_t cell : Order()) { lines.push_back(Format(FromIndex(cell))); }
  EXPECT_EQ(ParseIndexOrder(Join(lines), "T"), Order());
  std::swap(lines[1000], lines[2000]);
  EXPECT_EQ(lode::CodedFailure([&] { ParseIndexOrder(Join(lines), "T"); }),
            "4 T: its lines are not in the order of the benchmark's indices");
}

TEST_F(Nb201Latency, TheColumnDecidesTheMetric) {
  const auto metric = [&](const std::string& column) {
    const auto metrics = Make("T", column).Metrics();
    EXPECT_EQ(metrics.size(), 1u);
    EXPECT_EQ(metrics[0].direction, LODE_MINIMIZE);
    EXPECT_EQ(metrics[0].split, LODE_SPLIT_NONE);
    return metrics[0].name + ' ' + metrics[0].unit + ' ' + metrics[0].dataset;
  };
  EXPECT_EQ(metric("cifar10_edgegpu_latency"), "latency ms cifar10");
  EXPECT_EQ(metric("cifar100_fpga_energy"), "energy mJ cifar100");
  EXPECT_EQ(metric("imagenet16_raspi4_latency"), "latency ms imagenet16");
  EXPECT_EQ(metric("help_pixel3"), "latency ms ");
}

TEST_F(Nb201Latency, RefusesColumnsThatAreNotACost) {
  EXPECT_EQ(lode::CodedFailure([&] { Make("T", "index"); }),
            "1 column is \"index\", expected a column of latencies or energies");
  EXPECT_EQ(
      lode::CodedFailure([&] { Make("T", "cifar10_eyeriss_arithmetic_intensity"); }),
      "1 column is \"cifar10_eyeriss_arithmetic_intensity\", expected a column of latencies or "
      "energies");
}

TEST_F(Nb201Latency, RefusesUnknownColumnsAndNamesTheNearest) {
  const std::string path = Write("good.tsv", Join(LatencyLines()));
  EXPECT_EQ(BindFailure(path, "a_latncy"),
            "4 " + path + ":1: no column \"a_latncy\" (nearest: \"a_latency\")");
  EXPECT_EQ(FailureWith(1, "a_latency\tindx\ta_energy"),
            ":1: no column \"index\" (nearest: \"indx\")");
}

TEST_F(Nb201Latency, RefusesImpossibleNumbers) {
  EXPECT_EQ(FailureWith(3, "1\t1\t1"), "");
  EXPECT_EQ(FailureWith(3, "0\t1\t1"), "");
  EXPECT_EQ(FailureWith(3, "-2\t1\t1"),
            ":3:1: a_latency is \"-2\", expected at least 0, or -1 if the device cannot run it");
  EXPECT_EQ(FailureWith(3, "-0.5\t1\t1"),
            ":3:1: a_latency is \"-0.5\", expected at least 0, or -1 if the device cannot run it");
  EXPECT_EQ(FailureWith(3, "fast\t1\t1"), ":3:1: a_latency is \"fast\", expected a number");
  EXPECT_EQ(FailureWith(3, "\t1\t1"), ":3:1: a_latency is \"\", expected a number");
  EXPECT_EQ(FailureWith(3, "inf\t1\t1"), ":3:1: a_latency is \"inf\", expected a finite number");
  EXPECT_EQ(FailureWith(3, "2\t-1\t1"), ":3:3: index is \"-1\", expected 0 to 15624");
  EXPECT_EQ(FailureWith(3, "2\t15625\t1"), ":3:3: index is \"15625\", expected 0 to 15624");
  EXPECT_EQ(FailureWith(3, "2\t1.5\t1"), ":3:3: index is \"1.5\", expected a whole number");
  EXPECT_EQ(FailureWith(3, "2\t1"), ":3: 2 fields, expected 3");
}

TEST_F(Nb201Latency, RefusesMissingDuplicateAndExtraLines) {
  EXPECT_EQ(FailureWith(9, "1\t3\t1"), ":9: index 3 is already on line 5");
  std::vector<std::string> lines = LatencyLines();
  lines.push_back("1\t7\t1");
  std::string path = Write("extra.tsv", Join(lines));
  EXPECT_EQ(BindFailure(path), "4 " + path + ":15627: index 7 is already on line 9");
  lines = LatencyLines();
  lines.erase(lines.begin() + 101, lines.begin() + 104);
  path = Write("short.tsv", Join(lines));
  EXPECT_EQ(BindFailure(path),
            "4 " + path + ": 3 of 15625 architectures are missing, the first index 100");
}

TEST_F(Nb201Latency, RefusesFilesThatAreNotTables) {
  EXPECT_EQ(BindFailure("/nonexistent/t.tsv"), "4 /nonexistent/t.tsv: No such file or directory");
  const std::string empty = Write("empty.tsv", "");
  EXPECT_EQ(BindFailure(empty), "4 " + empty + ": is empty");
  const std::string good = Write("good.tsv", Join(LatencyLines()));
  EXPECT_EQ(BindFailure(good, "a_latency", empty), "4 " + empty + ": is empty");
}

TEST_F(Nb201Latency, NetworksThatTheDeviceCannotRunFail) {
  std::vector<std::string> lines = LatencyLines();
  lines[6] = "-1\t5\t1";
  LatencyOracle oracle = Make(Write("good.tsv", Join(lines)), "a_latency");
  oracle.Bind(space_.space());
  EXPECT_EQ(lode::CodedFailure([&] { Ask(oracle, 5); }),
            "2 the device cannot run it: the table has -1");
  EXPECT_EQ(Ask(oracle, 6), 0.75);
}

TEST_F(Nb201Latency, RefusesAFidelityBelowOneAndOtherSpaces) {
  LatencyOracle oracle = Make(Write("good.tsv", Join(LatencyLines())), "a_latency");
  oracle.Bind(space_.space());
  EXPECT_EQ(lode::CodedFailure([&] { Ask(oracle, 5, 0.5); }),
            "2 fidelity is 0.500000, the table has results at 1 only");
  const lode::test::Grid grid(6, 5);
  EXPECT_EQ(lode::CodedFailure([&] { oracle.Bind(grid.space()); }),
            "2 the table is of the space nb201, matrices \"cell\" 6x5, not \"grid\" 6x5");
}

TEST_F(Nb201Latency, KeepsTheContract) {
  const lode::test::Search search({}, lode::BuiltProgram());
  const std::string table = search.Write("good.tsv", Join(LatencyLines()));
  EXPECT_EQ(search.Verify(lode::BuiltPlugin("nb201"), "nb201.latency",
                          {"table=" + table, "column=a_latency"}),
            "");
}

// ---- the published measurements

std::string Published() {
  const char* data = std::getenv("LODE_DATA");
  return std::string(data != nullptr ? data : LODE_SOURCE_DIR "/../shared/data") +
         "/nb201/nb201_hw.tsv.gz";
}

TEST_F(Nb201Latency, ReadsThePublishedMeasurements) {
  if (!fs::exists(Published())) { GTEST_SKIP() << Published() << " is missing"; }
  // Architecture 0 as HW-NAS-Bench's own documentation prints it.
  const std::vector<std::pair<const char*, double>> published = {
      {"edgegpu_latency", 5.807418537139893},
      {"edgegpu_energy", 24.226614330768584},
      {"raspi4_latency", 10.481976820010459},
      {"edgetpu_latency", 0.9571811309997429},
      {"pixel3_latency", 3.6058499999999998},
      {"eyeriss_latency", 3.645620000000001},
      {"eyeriss_energy", 0.6872827644999999},
      {"fpga_latency", 2.57296},
      {"fpga_energy", 18.01072}};
  for (const auto& [device, cost] : published) {
    LatencyOracle oracle = Make(Published(), std::string("cifar10_") + device);
    oracle.Bind(space_.space());
    EXPECT_NEAR(Ask(oracle, 0), cost, 1e-5 * cost) << device;
  }
}

TEST_F(Nb201Latency, TheEdgeTpuRefusesSomeNetworks) {
  if (!fs::exists(Published())) { GTEST_SKIP() << Published() << " is missing"; }
  LatencyOracle oracle = Make(Published(), "cifar10_edgetpu_latency");
  oracle.Bind(space_.space());
  int refused = 0;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    refused += !lode::CodedFailure([&] { Ask(oracle, i); }).empty();
  }
  EXPECT_EQ(refused, 4699);
}

// The mapping from the benchmark's numbers to cells is right: a device without parallelism takes
// time in proportion to the multiply-adds, which a shuffled mapping would not show.
TEST_F(Nb201Latency, GrowsWithTheMacs) {
  if (!fs::exists(Published())) { GTEST_SKIP() << Published() << " is missing"; }
  LatencyOracle oracle = Make(Published(), "cifar10_raspi4_latency");
  oracle.Bind(space_.space());
  double sum_x = 0, sum_y = 0, sum_xx = 0, sum_yy = 0, sum_xy = 0;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    lode::Architecture architecture(kCells);
    ToArchitecture(FromIndex(Order()[i]), architecture);
    std::array<double, 2> sizes{};
    space_.space().Measure(architecture, sizes);
    const double x = sizes[1] * 1e-6, y = Ask(oracle, i);
    sum_x += x, sum_y += y, sum_xx += x * x, sum_yy += y * y, sum_xy += x * y;
  }
  const double n = kArchitectures;
  const double correlation = (n * sum_xy - sum_x * sum_y) /
                             std::sqrt((n * sum_xx - sum_x * sum_x) * (n * sum_yy - sum_y * sum_y));
  EXPECT_GT(correlation, 0.85);
}

}  // namespace
}  // namespace nb201
