#include "plugins/spaces/nb201/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "plugins/spaces/nb201/shipped_table.h"
#include "tests/failure.h"
#include "tests/gzip.h"
#include "toolkit/files/text_file.h"

namespace nb201 {
namespace {

const ResultColumns kColumns = {"v", "t", "p", "m", "s"};

// Line 1 names the columns, line i + 2 has the architecture of index i with the results i/1000,
// i/500, i, i/4.
std::vector<std::string> GoodLines() {
  std::vector<std::string> lines = {"v\textra\tarch_str\tp\tm\tt"};
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    std::ostringstream line;
    line << i / 1000.0 << "\tx\t" << Format(FromIndex(i)) << '\t' << i << '\t' << i / 4.0 << '\t'
         << i / 500.0;
    lines.push_back(line.str());
  }
  return lines;
}

std::string Failure(std::string_view text) {
  return lode::Failure<lode::IoError>([&] { ParseTable(text, "T", kColumns); });
}

// Returns the failure of the good table with line `number` (from 1) replaced.
std::string FailureWith(std::size_t number, const std::string& line) {
  std::vector<std::string> lines = GoodLines();
  lines[number - 1] = line;
  return Failure(Join(lines));
}

std::string ReadFailure(const std::string& path) {
  return lode::Failure<lode::IoError>([&] { ReadTable(path, kColumns); });
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content) {
    const int descriptor = mkstemp(path_.data());
    EXPECT_GE(descriptor, 0);
    close(descriptor);
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "nb201_XXXXXX";
};

// ---- good tables

void ExpectGood(const Table& table) {
  ASSERT_EQ(table.size(), kArchitectures);
  for (const std::uint32_t i : {0u, 1u, 7777u, kArchitectures - 1}) {
    EXPECT_NEAR(table[i].valid_accuracy, i / 1000.0, 1e-4);
    EXPECT_NEAR(table[i].test_accuracy, i / 500.0, 1e-4);
    EXPECT_EQ(table[i].params, i);
    EXPECT_EQ(table[i].mflops, i / 4.0);
    EXPECT_TRUE(std::isnan(table[i].seconds));
  }
}

TEST(Nb201Table, ReadsTextAndGzip) {
  const std::string text = Join(GoodLines());
  ExpectGood(ReadTable(TemporaryFile(text).path(), kColumns));
  ExpectGood(ReadTable(TemporaryFile(lode::Gzip(text)).path(), kColumns));
}

TEST(Nb201Table, ReadsAnyOrderOfLines) {
  std::vector<std::string> lines = GoodLines();
  std::reverse(lines.begin() + 1, lines.end());
  ExpectGood(ParseTable(Join(lines), "T", kColumns));
}

TEST(Nb201Table, ReadsCrLf) { ExpectGood(ParseTable(Join(GoodLines(), "\r\n"), "T", kColumns)); }

// GoodLines with a last column "s": i/8 seconds.
std::vector<std::string> LinesWithSeconds() {
  std::vector<std::string> lines = GoodLines();
  lines[0] += "\ts";
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    lines[i + 1] += '\t' + std::to_string(i / 8.0);
  }
  return lines;
}

TEST(Nb201Table, ReadsTheSecondsThatItHas) {
  const Table table = ParseTable(Join(LinesWithSeconds()), "T", kColumns);
  for (const std::uint32_t i : {0u, 1u, 7777u, kArchitectures - 1}) {
    EXPECT_EQ(table[i].seconds, i / 8.0);
    EXPECT_EQ(table[i].mflops, i / 4.0);
  }
}

// GoodLines with the results of a shorter training: half the accuracies, and i/16 seconds.
std::string TextWithBrief(const std::string& names) {
  std::vector<std::string> lines = GoodLines();
  lines[0] += names;
  for (std::uint32_t i = 0; i < kArchitectures; ++i) {
    std::ostringstream line;
    line << '\t' << i / 2000.0 << '\t' << i / 1000.0 << '\t' << i / 16.0;
    lines[i + 1] += line.str();
  }
  return Join(lines);
}

const ResultColumns kWithBrief = {"v", "t", "p", "m", "s", "bv", "bt", "bs"};

TEST(Nb201Table, ReadsAShorterTrainingThatItHas) {
  const Table table = ParseTable(TextWithBrief("\tbv\tbt\tbs"), "T", kWithBrief);
  ExpectGood(table);
  for (const std::uint32_t i : {0u, 1u, 7777u, kArchitectures - 1}) {
    EXPECT_NEAR(table[i].brief_valid_accuracy, i / 2000.0, 1e-4);
    EXPECT_NEAR(table[i].brief_test_accuracy, i / 1000.0, 1e-4);
    EXPECT_NEAR(table[i].brief_seconds, i / 16.0, 1e-3);
  }
}

TEST(Nb201Table, AShorterTrainingThatItLacksIsNoNumber) {
  for (const Table& table : {ParseTable(TextWithBrief("\tbv\tother\tbs"), "T", kWithBrief),
                             ParseTable(TextWithBrief("\tbv\tbt\tbs"), "T", kColumns)}) {
    ExpectGood(table);
    EXPECT_TRUE(std::isnan(table[7].brief_test_accuracy));
  }
}

TEST(Nb201Table, RefusesImpossibleNumbersOfAShorterTraining) {
  std::vector<std::string> lines = GoodLines();
  lines[0] += "\tbv\tbt\tbs";
  lines[1] += "\t101\t1\t1";
  try {
    ParseTable(Join(lines), "T", kWithBrief);
    FAIL() << "was read";
  } catch (const lode::IoError& e) {
    EXPECT_THAT(e.what(), testing::EndsWith("bv is \"101\", expected 0 to 100 percent"));
  }
}

// ---- the first line

TEST(Nb201Table, RefusesAnEmptyFile) {
  EXPECT_EQ(Failure(""), "T: is empty");
  const TemporaryFile packed(lode::Gzip(""));
  EXPECT_EQ(ReadFailure(packed.path()), packed.path() + ": is empty");
}

TEST(Nb201Table, RefusesMissingColumns) {
  EXPECT_EQ(FailureWith(1, "w\textra\tarch_str\tp\tm\tt"), "T:1: no column \"v\" (nearest: \"w\")");
  EXPECT_EQ(FailureWith(1, "v\textra\tarch\tp\tm\tt"),
            "T:1: no column \"arch_str\" (nearest: \"arch\")");
  EXPECT_EQ(FailureWith(1, ""), "T:1: no column \"v\" (nearest: \"\")");
}

TEST(Nb201Table, RefusesAHeaderAlone) {
  EXPECT_EQ(Failure("v\tt\tarch_str\tp\tm\n"),
            "T: 15625 of 15625 architectures are missing, the first "
            "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
}

// ---- the lines

TEST(Nb201Table, RefusesTheWrongNumberOfFields) {
  const std::string arch = Format(FromIndex(1));
  EXPECT_EQ(FailureWith(3, "1\tx\t" + arch + "\t1\t1"), "T:3: 5 fields, expected 6");
  EXPECT_EQ(FailureWith(3, "1\tx\t" + arch + "\t1\t1\t1\t"), "T:3: 7 fields, expected 6");
  EXPECT_EQ(FailureWith(3, "1\tx\t" + arch + "\t1\t1\t1\n"), "T:4: 1 field, expected 6");
}

TEST(Nb201Table, RefusesUnknownOperations) {
  EXPECT_EQ(
      FailureWith(3, "1\tx\t|none~0|+|none~0|none~1|+|none~0|none~1|nor_conv_5x5~2|\t1\t1\t1"),
      "T:3:45: unknown operation \"nor_conv_5x5\" on edge 2->3 (nearest: \"nor_conv_1x1\")");
  EXPECT_EQ(FailureWith(3, "1\tx\t\t1\t1\t1"),
            "T:3:5: expected \"|\" before edge 0->1, found the end");
}

TEST(Nb201Table, RefusesAnArchitectureTwice) {
  EXPECT_EQ(FailureWith(9, GoodLines()[4]),
            "T:9: the architecture " + Format(FromIndex(3)) + " is already on line 5");
}

TEST(Nb201Table, RefusesMissingArchitectures) {
  std::vector<std::string> lines = GoodLines();
  lines.erase(lines.begin() + 101, lines.begin() + 104);
  EXPECT_EQ(Failure(Join(lines)),
            "T: 3 of 15625 architectures are missing, the first " + Format(FromIndex(100)));
}

TEST(Nb201Table, RefusesImpossibleNumbers) {
  const std::string arch = Format(FromIndex(1));
  const auto with = [&](const char* v, const char* p, const char* m) {
    return FailureWith(3, std::string(v) + "\tx\t" + arch + "\t" + p + "\t" + m + "\t1");
  };
  EXPECT_EQ(with("1", "1", "1"), "");
  EXPECT_EQ(with("0", "0", "0"), "");
  EXPECT_EQ(with("100", "1", "1"), "");
  EXPECT_EQ(with("-0.001", "1", "1"), "T:3:1: v is \"-0.001\", expected 0 to 100 percent");
  EXPECT_EQ(with("100.001", "1", "1"), "T:3:1: v is \"100.001\", expected 0 to 100 percent");
  EXPECT_EQ(with("nan", "1", "1"), "T:3:1: v is \"nan\", expected a finite number");
  EXPECT_EQ(with("-inf", "1", "1"), "T:3:1: v is \"-inf\", expected a finite number");
  EXPECT_EQ(with("1e999", "1", "1"), "T:3:1: v is \"1e999\", out of range for a number");
  EXPECT_EQ(with("", "1", "1"), "T:3:1: v is \"\", expected a number");
  EXPECT_EQ(
      with("91,5", "1", "1"),
      "T:4:1: v is \"0.002\", expected a number with a decimal comma, like the numbers above");
  EXPECT_EQ(with("+5", "1", "1"), "T:3:1: v is \"+5\", expected a number");
  EXPECT_EQ(with(" 5", "1", "1"), "");
  EXPECT_EQ(with("0x5", "1", "1"), "T:3:1: v is \"0x5\", expected a number");
  EXPECT_EQ(with("1", "-1", "1"), "T:3:61: p is \"-1\", expected at least 0");
  EXPECT_EQ(with("1", "1.5", "1"), "T:3:61: p is \"1.5\", expected a whole number");
  EXPECT_EQ(with("1", "1", "-2"), "T:3:63: m is \"-2\", expected at least 0");
}

TEST(Nb201Table, RefusesImpossibleSeconds) {
  const auto with = [&](const std::string& seconds) {
    std::vector<std::string> lines = LinesWithSeconds();
    lines[2] = "1\tx\t" + Format(FromIndex(1)) + "\t1\t1\t1\t" + seconds;
    return Failure(Join(lines));
  };
  EXPECT_EQ(with("0"), "");
  EXPECT_EQ(with("-1"), "T:3:67: s is \"-1\", expected at least 0");
  EXPECT_EQ(with("nan"), "T:3:67: s is \"nan\", expected a finite number");
  EXPECT_EQ(with("inf"), "T:3:67: s is \"inf\", expected a finite number");
  EXPECT_EQ(with("1e999"), "T:3:67: s is \"1e999\", out of range for a number");
  EXPECT_EQ(with(""), "T:3:67: s is \"\", expected a number");
  EXPECT_EQ(with("9 s"), "T:3:67: s is \"9 s\", expected a number");
}

TEST(Nb201Table, FailuresOfAFileNameTheFile) {
  const TemporaryFile file("a\tb\n1\t2\n");
  EXPECT_EQ(ReadFailure(file.path()), file.path() + ":1: no column \"v\" (nearest: \"a\")");
}

// ---- the table that comes with the plugin

ResultColumns ShippedColumns(const std::string& dataset, const std::string& suffix) {
  return {dataset + "_valid" + suffix, dataset + "_test" + suffix, "params_" + dataset,
          "mflops_" + dataset, dataset + "_seconds" + suffix};
}

Table Shipped(const std::string& dataset, const std::string& suffix = "") {
  return ReadTable(kShipped, ShippedColumns(dataset, suffix));
}

TEST(ShippedTable, HasTheKnownChecksum) {
  std::ifstream file(kShipped, std::ios::binary);
  const std::string text =
      lode::files::Unpack(std::string(std::istreambuf_iterator<char>(file), {}), "nb201.tsv.gz");
  EXPECT_EQ(text.size(), 3460272u);
  EXPECT_EQ(crc32_z(0, reinterpret_cast<const Bytef*>(text.data()), text.size()), 0xbc1dcd9fu);
}

TEST(ShippedTable, HasThePublishedOptima) {
  const struct {
    const char* dataset;
    double valid, test;
  } kOptima[] = {
      {"cifar10", 91.607, 94.373}, {"cifar100", 73.493, 73.513}, {"imagenet16", 46.733, 47.311}};
  for (const auto& [dataset, valid, test] : kOptima) {
    double best_valid = 0, best_test = 0;
    for (const Results& r : Shipped(dataset)) {
      best_valid = std::max(best_valid, r.valid_accuracy);
      best_test = std::max(best_test, r.test_accuracy);
    }
    EXPECT_NEAR(best_valid, valid, 5e-4) << dataset;
    EXPECT_NEAR(best_test, test, 5e-4) << dataset;
  }
}

std::uint32_t IndexOf(std::string_view text) {
  Cell cell{};
  ParseError error;
  EXPECT_TRUE(Parse(text, &cell, &error)) << error.message;
  return ToIndex(cell);
}

TEST(ShippedTable, AgreesWithTheBenchmarksRecords) {
  // Architectures 11 and 284 of the benchmark.
  const std::uint32_t eleven = IndexOf(
      "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|none~0|nor_conv_3x3~1|avg_pool_3x3~2|");
  const std::uint32_t other =
      IndexOf("|skip_connect~0|+|skip_connect~0|skip_connect~1|+|none~0|nor_conv_1x1~1|none~2|");
  EXPECT_EQ(Shipped("cifar10")[eleven].valid_accuracy, 87.94);
  EXPECT_EQ(Shipped("cifar10")[eleven].test_accuracy, 91.583333);
  EXPECT_EQ(Shipped("imagenet16", "_12ep")[eleven].test_accuracy, 14.733333);
  EXPECT_EQ(Shipped("cifar100")[other].valid_accuracy, 61.68);
  EXPECT_EQ(Shipped("cifar10", "_12ep")[other].valid_accuracy, 72.876);
  EXPECT_EQ(Shipped("imagenet16")[other].test_accuracy, 32.466667);
}

// Parameters and multiply-adds of the benchmark's network around a cell: stem, three stages of five
// cells at 16, 32 and 64 channels, a residual block before the second and third, classifier.
struct Size {
  std::uint64_t params, macs;
};
Size SizeOf(const Cell& cell, std::uint64_t classes, std::uint64_t pixels) {
  const std::uint64_t stem = 27, channels = 16;
  Size size{(stem + 2) * channels, stem * channels * pixels * pixels};
  const auto convolution = [&](std::uint64_t weights, std::uint64_t norm, std::uint64_t side) {
    size.params += weights + norm;
    size.macs += weights * side * side;
  };
  for (std::uint64_t stage = 0; stage < 3; ++stage) {
    const std::uint64_t c = 16u << stage, side = pixels >> stage;
    if (stage > 0) {
      convolution(9 * c * c / 2, 2 * c, side);
      convolution(9 * c * c, 2 * c, side);
      convolution(c * c / 2, 0, side);
    }
    for (int repeat = 0; repeat < 5; ++repeat) {
      for (const Operation o : cell) {
        if (o == kConv1x1) { convolution(c * c, 2 * c, side); }
        if (o == kConv3x3) { convolution(9 * c * c, 2 * c, side); }
      }
    }
  }
  convolution(64 * classes + classes, std::uint64_t{2} * 64, 1);
  return size;
}

TEST(ShippedTable, HasTheSizesOfEveryNetwork) {
  const struct {
    const char* dataset;
    std::uint64_t classes, pixels;
  } kNetworks[] = {{"cifar10", 10, 32}, {"cifar100", 100, 32}, {"imagenet16", 120, 16}};
  for (const auto& [dataset, classes, pixels] : kNetworks) {
    const Table table = Shipped(dataset);
    for (std::uint32_t i = 0; i < kArchitectures; ++i) {
      const Size size = SizeOf(FromIndex(i), classes, pixels);
      ASSERT_EQ(table[i].params, static_cast<double>(size.params));
      ASSERT_NEAR(table[i].mflops, static_cast<double>(size.macs) * 1e-6, 1e-6);
    }
  }
}

TEST(ShippedTable, HasAllColumnsAtBothLengthsOfTraining) {
  for (const char* dataset : {"cifar10", "cifar100", "imagenet16"}) {
    const Table full = Shipped(dataset), less = Shipped(dataset, "_12ep");
    int better = 0;
    for (std::uint32_t i = 0; i < kArchitectures; ++i) {
      better += full[i].valid_accuracy > less[i].valid_accuracy;
    }
    EXPECT_GT(better, 14500) << dataset;
  }
}

}  // namespace
}  // namespace nb201
